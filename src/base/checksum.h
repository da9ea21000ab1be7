// SPDX-License-Identifier: Apache-2.0
//
// Two sums over bytes, each for its own purpose.
#pragma once

#include <string>

#include "base/bytes.h"

namespace flowtell {

// CRC-32 (IEEE 802.3), by zlib: notices every flipped bit of a stored file.
std::uint32_t crc32(Bytes bytes);

// SHA-256 as 64 hexadecimal digits, by libcrypto: names a capture by its
// content; `sha256sum` prints the same.
std::string sha256(Bytes bytes);

}  // namespace flowtell
