// SPDX-License-Identifier: Apache-2.0
//
// The model file. The same bytes on every machine, 32 or 64 bits, x86 or ARM:
// all numbers little-endian, floating point as IEEE 754.
//
//   magic      8 bytes   "flowtell"
//   version    u32       kModelVersion; others are refused
//   length     u64       of the body, in bytes
//   body                 sections, in the order of SectionTag:
//                          tag u32, length u64, content
//   checksum   u32       CRC-32 of all that stands before it
//
// A text is its length (u32) and its bytes; a list is its length (u32) and its
// entries. docs/formats.md gives each section's content.
//
// Nothing is trusted on the way in: every length and every place a node names
// is checked, so a model from a stranger can be refused but cannot do harm.
#pragma once

#include <string>

#include "model/model.h"

namespace flowtell {

inline constexpr std::uint32_t kModelVersion = 3;
inline constexpr std::size_t kLargestModel = std::size_t{1} << 30;  // bytes

// Fails where it is too large to be read again.
Result<std::string> encode_model(const Model& model);

// Fails with what is wrong and the remedy, but without the file's name.
Result<Model> decode_model(Bytes bytes);

// Fails naming the path.
Result<Model> load_model(const std::string& path);

}  // namespace flowtell
