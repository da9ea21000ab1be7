// SPDX-License-Identifier: Apache-2.0
//
// Sums over bytes, each for its own purpose.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/file.h"

namespace flowtell {

// CRC-32 (IEEE 802.3), by zlib: notices every flipped bit of a stored file.
std::uint32_t crc32(Bytes bytes);

// The Internet's (RFC 1071), of a header whose own checksum is 0.
// REQUIRES: bytes.size() is even.
std::uint16_t internet_checksum(Bytes bytes);

// SHA-256 as 64 hexadecimal digits, by libcrypto: names a capture by its
// content; `sha256sum` prints the same.
std::string sha256(Bytes bytes);

// The same of a whole file, however large, from its begin to its end. None of
// a pipe or a device, which could not be read again, and none where reading
// fails.
std::optional<std::string> sha256_of_file(const FileHandle& file);

}  // namespace flowtell
