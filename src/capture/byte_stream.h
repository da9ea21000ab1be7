// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a capture as one window that moves forward, from any source (a
// file, a pipe, gzip, zstd). Parsers see only the window, so each format is
// implemented once.
//
// The window is a refilled buffer that fits the processor's second-level cache,
// where parsers find what was just read. That is faster than mapping a file,
// whose pages must be set up and then miss the cache one by one. Memory is the
// same for a capture of any length, and a file cut while it is read ends early
// instead of crashing the program.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace flowtell {

// Produces a sequence of bytes once, in order.
class ByteSource {
 public:
  static constexpr std::size_t kChunk = 1 << 18;

  virtual ~ByteSource() = default;
  // Fills the front of `into`; 0 at the end. Fails if the source does. A
  // ByteStream passes at least kChunk bytes of room.
  virtual Result<std::size_t> read(std::span<std::uint8_t> into) = 0;

  // Some sources own blocks and can lend them, which saves a copy. A block is
  // valid until the next call; the caller may write to the kLentHeadroom bytes
  // before it. Empty at the end. REQUIRES: lends().
  static constexpr std::size_t kLentHeadroom = 1 << 16;
  virtual bool lends() const { return false; }
  virtual Result<std::span<std::uint8_t>> lend() {
    return std::span<std::uint8_t>();
  }
};

class ByteStream {
 public:
  explicit ByteStream(std::unique_ptr<ByteSource> source)
      : source_(std::move(source)) {}
  // REQUIRES: `bytes` outlive the stream.
  explicit ByteStream(Bytes bytes) : window_(bytes) {}

  // The buffered bytes from the current position on.
  Bytes window() const { return window_; }
  // Number of bytes before the window.
  std::uint64_t position() const { return position_; }

  // Advances the front of the window. REQUIRES: count <= window().size().
  void consume(std::size_t count) {
    window_ = window_.subspan(count);
    position_ += count;
  }

  // Buffers at least `count` bytes; false if the input ends first. May move the
  // window, which invalidates spans of it.
  bool fill(std::size_t count);

  // Skips `count` bytes, buffered or not; false if the input ends first.
  bool skip(std::uint64_t count);

  // Why the source failed, if it did; the input then ends there.
  const std::optional<Error>& problem() const { return problem_; }

  // The remaining bytes as a source, buffered ones first, as input of a
  // decompressor.
  std::unique_ptr<ByteSource> into_source() &&;

 private:
  void borrow();
  void gather(std::size_t count);

  std::unique_ptr<ByteSource> source_;
  std::vector<std::uint8_t> buffer_;
  std::vector<std::uint8_t> kept_;  // window contents during a refill
  Bytes window_;
  std::uint64_t position_ = 0;
  std::optional<Error> problem_;
};

}  // namespace flowtell
