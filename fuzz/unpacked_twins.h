// SPDX-License-Identifier: Apache-2.0
//
// Packed bytes unpack to the same, and fail with the same words, however they
// come and whatever room there is for what comes out.
#pragma once

#include <memory>

#include "capture/byte_stream.h"

namespace flowtell {

using Unpack = std::unique_ptr<ByteSource> (*)(std::unique_ptr<ByteSource>);

// Looks at the first megabyte of what comes out; a few bytes may stand for
// gigabytes, which are the reader's to stop at.
void check_unpacking(Bytes packed, Unpack unpack);

}  // namespace flowtell
