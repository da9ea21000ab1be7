// SPDX-License-Identifier: Apache-2.0
//
// Helpers shared by the section readers.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/plain_text.h"
#include "base/result.h"

namespace flowtell {

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
