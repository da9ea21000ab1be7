// SPDX-License-Identifier: Apache-2.0
//
// The body of a model file: its thirteen sections. Each has a writer and a
// reader side by side: evidence, ambiguous groups, feature profile and examples
// in knowledge_sections.cc, the support vector machine in svm_section.cc, the
// other eight, the forests among them, in model_sections.cc.
#pragma once

#include <string>
#include <string_view>

#include "base/byte_writer.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/text.h"
#include "model/model.h"

namespace flowtell {

std::string encode_sections(const Model& model);

// Errors are short phrases, such as "its flow key is unknown".
Result<Model> decode_sections(Bytes body);

// The sections outside model_sections.cc; docs/formats.md describes their
// content. Readers fail as decode_sections does. REQUIRES: the sections before
// it in the file have been read.

// The evidence weights and the name table.
void write_evidence(ByteWriter& out, const Model& model);
Result<void> read_evidence(ByteReader& in, Model& model);

// The ambiguous groups.
void write_ambiguity(ByteWriter& out, const Model& model);
Result<void> read_ambiguity(ByteReader& in, Model& model);

void write_feature_profile(ByteWriter& out, const Model& model);
Result<void> read_feature_profile(ByteReader& in, Model& model);

// The example flows.
void write_examples(ByteWriter& out, const Model& model);
Result<void> read_examples(ByteReader& in, Model& model);

// The support vector machine, if any.
void write_svm(ByteWriter& out, const Model& model);
Result<void> read_svm(ByteReader& in, Model& model);

// Helpers shared by the readers.

inline tl::unexpected<Error> wrong(std::string_view what) {
  return fail(ErrorKind::kCorrupt, "{}", what);
}

// Removes control characters, as the texts may reach a terminal.
inline std::string read_text(ByteReader& in) {
  const std::uint32_t length = in.u32();
  return plain_text(as_text(in.take(length)));
}

// The length of a list; 0, with the reader invalid, if entries of
// `smallest_entry` bytes do not fit the remaining bytes.
inline std::uint32_t read_length(ByteReader& in, std::size_t smallest_entry) {
  const std::uint32_t length = in.u32();
  if (length > in.left() / smallest_entry) {
    in.skip(in.left() + 1);
    return 0;
  }
  return length;
}

}  // namespace flowtell
