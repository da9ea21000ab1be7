// SPDX-License-Identifier: Apache-2.0
//
// Checks that compressed bytes decompress to the same output, or fail with the
// same message, for any input chunks and any buffer size.
#pragma once

#include <memory>

#include "capture/byte_stream.h"

namespace flowtell {

using Unpack = std::unique_ptr<ByteSource> (*)(std::unique_ptr<ByteSource>);

// Reads at most the first megabyte of output; a few bytes may decompress to
// gigabytes, and stopping is up to the reader.
void check_unpacking(Bytes packed, Unpack unpack);

}  // namespace flowtell
