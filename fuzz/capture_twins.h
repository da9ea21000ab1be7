// SPDX-License-Identifier: Apache-2.0
//
// A capture gives the same frames and the same damage whether it lies in memory
// or comes in bites, and none that cannot be.
#pragma once

#include <functional>
#include <memory>

#include "capture/byte_stream.h"
#include "capture/frame_source.h"

namespace flowtell {

using OpenStream = std::function<std::unique_ptr<FrameSource>(ByteStream)>;

// `open` may give none, if it does so either way.
void check_capture(Bytes bytes, const OpenStream& open);

}  // namespace flowtell
