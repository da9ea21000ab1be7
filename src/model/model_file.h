// SPDX-License-Identifier: Apache-2.0
//
// The model file. Its bytes are the same on every machine, 32 or 64 bits, x86
// or ARM: numbers are little-endian, floating point is IEEE 754.
//
//   magic      8 bytes   "flowtell"
//   version    u32       kModelVersion; others are rejected
//   length     u64       of the body, in bytes
//   body                 sections, in the order of SectionTag:
//                          tag u32, length u64, content
//   checksum   u32       CRC-32 of all bytes before it
//
// A text is its length (u32) and its bytes; a list is its length (u32) and its
// entries. docs/formats.md describes the content of each section.
//
// Readers check every length and every node index, so that a malicious model
// is rejected and does no harm.
#pragma once

#include <string>

#include "model/model.h"

namespace flowtell {

inline constexpr std::uint32_t kModelVersion = 5;
inline constexpr std::size_t kMaxModelBytes = std::size_t{1} << 30;

// Fails if the file would exceed kMaxModelBytes.
Result<std::string> encode_model(const Model& model);

// Errors name the problem and the remedy, but not the file.
Result<Model> decode_model(Bytes bytes);

// Errors name the path.
Result<Model> load_model(const std::string& path);

}  // namespace flowtell
