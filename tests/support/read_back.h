// SPDX-License-Identifier: Apache-2.0
//
// Reads captures made by tests, whole or in chunks, and stores the frames.
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

// A source that returns at most `bite` bytes per read and then ends, or fails
// with `problem` if there is one.
std::unique_ptr<ByteSource> in_chunks(std::string bytes, std::size_t bite,
                                      std::string problem = "");

// Reads a source to its end, `batch` frames per read.
ReadBack read_back(FrameSource& source, std::size_t batch = 64);

// Reads bytes in memory, as of a mapped file, and decompresses them if needed.
// Bytes that are no capture fail the test by an exception.
ReadBack read_back(std::string_view bytes, std::size_t batch = 64);

// Reads uncompressed bytes as through a pipe, `bite` bytes per read.
ReadBack read_back_streamed(std::string_view bytes, std::size_t bite,
                            std::size_t batch = 64);

}  // namespace flowtell
