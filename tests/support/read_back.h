// SPDX-License-Identifier: Apache-2.0
//
// Reads captures made by tests, whole or in small bites, and keeps the frames.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "capture/byte_stream.h"
#include "capture/frame_source.h"
#include "support/checked_vector.h"
#include "support/test_frame.h"

namespace flowtell {

struct ReadBack {
  CheckedVector<TestFrame> frames;
  std::optional<Damage> damage;
};

// A source that gives at most `bite` bytes at a time and then ends, or fails
// with `problem` where there is one.
std::unique_ptr<ByteSource> in_bites(std::string bytes, std::size_t bite,
                                     std::string problem = "");

// Reads a source to its end, `batch` frames at a time.
ReadBack read_back(FrameSource& source, std::size_t batch = 64);

// The same of bytes that lie in memory, as a mapped file's do. Packed bytes are
// unpacked. Fails the test, by an exception, where the bytes are no capture.
ReadBack read_back(std::string_view bytes, std::size_t batch = 64);

// The same of plain bytes that come through a pipe, `bite` at a time.
ReadBack read_back_streamed(std::string_view bytes, std::size_t bite,
                            std::size_t batch = 64);

}  // namespace flowtell
