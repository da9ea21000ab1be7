// SPDX-License-Identifier: Apache-2.0
//
// Checks that a capture gives the same valid frames and the same damage from
// memory and as a stream of small chunks.
#pragma once

#include <functional>
#include <memory>

#include "capture/byte_stream.h"
#include "capture/frame_source.h"

namespace flowtell {

using OpenStream = std::function<std::unique_ptr<FrameSource>(ByteStream)>;

// `open` may return null, if it does so for both.
void check_capture(Bytes bytes, const OpenStream& open);

}  // namespace flowtell
