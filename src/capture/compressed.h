// SPDX-License-Identifier: Apache-2.0
//
// Streaming decompression of captures: gzip by zlib (RFC 1952, with any number
// of members), zstd by libzstd (RFC 8878, with any number of frames).
#pragma once

#include <memory>

#include "capture/byte_stream.h"

namespace flowtell {

bool looks_like_gzip(Bytes front);
bool looks_like_zstd(Bytes front);

std::unique_ptr<ByteSource> unpack_gzip(std::unique_ptr<ByteSource> packed);
std::unique_ptr<ByteSource> unpack_zstd(std::unique_ptr<ByteSource> packed);

}  // namespace flowtell
