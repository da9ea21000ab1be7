// SPDX-License-Identifier: Apache-2.0
//
// Checksums and digests over bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/file.h"

namespace flowtell {

// CRC-32 (IEEE 802.3), by zlib: detects every single flipped bit in a file.
std::uint32_t crc32(Bytes bytes);

// The Internet checksum (RFC 1071) of a header whose checksum field is 0.
// REQUIRES: bytes.size() is even.
std::uint16_t internet_checksum(Bytes bytes);

// SHA-1, by libcrypto. Only for identifiers that others define by it.
std::array<std::uint8_t, 20> sha1(Bytes bytes);

// "0001ff" of 0, 1, 255.
std::string hex(Bytes bytes);

// "AAEC" of 0, 1, 2; with padding (RFC 4648, 4).
std::string base64(Bytes bytes);

// SHA-256 as 64 hexadecimal digits, by libcrypto; equal to the output of
// `sha256sum`. Identifies a capture by its content.
std::string sha256(Bytes bytes);

// SHA-256 of a whole regular file of any size, whatever its read position.
// Nothing for a pipe or a device, which cannot be read twice, or when reading
// fails.
std::optional<std::string> sha256_of_file(const FileHandle& file);

}  // namespace flowtell
