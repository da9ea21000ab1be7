// SPDX-License-Identifier: Apache-2.0
//
// Packed captures, unpacked as they are read: gzip by zlib (RFC 1952, also
// several members in a row), zstd by libzstd (RFC 8878, also several frames).
#pragma once

#include <memory>

#include "capture/byte_stream.h"

namespace flowtell {

bool looks_gzip(Bytes front);
bool looks_zstd(Bytes front);

std::unique_ptr<ByteSource> unpack_gzip(std::unique_ptr<ByteSource> packed);
std::unique_ptr<ByteSource> unpack_zstd(std::unique_ptr<ByteSource> packed);

}  // namespace flowtell
