// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a capture as one window that moves forward, whatever they come
// from (a file, a pipe, gzip, zstd): a buffer that is refilled. Parsers see
// only the window, so each format is written once.
//
// The buffer fits the processor's second cache, and there the parsers find what
// was just read. That is faster than mapping a file, whose pages must each be
// set up and then come from memory one miss after the other; it holds the same
// memory for a capture of any length; and a file cut while it is read is an
// end, not a crash.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace flowtell {

// Something that gives bytes once, in order.
class ByteSource {
 public:
  static constexpr std::size_t kChunk = 1 << 18;

  virtual ~ByteSource() = default;
  // Fills the front of `into`; 0 at the end. Fails when the source does. A
  // ByteStream gives it room for a chunk at least.
  virtual Result<std::size_t> read(std::span<std::uint8_t> into) = 0;

  // Some sources have blocks of their own and can lend them, which spares a
  // copy: valid until the next call, with room in front that is the caller's to
  // write. Empty at the end. REQUIRES: lends().
  static constexpr std::size_t kRoomBeforeLent = 1 << 16;
  virtual bool lends() const { return false; }
  virtual Result<std::span<std::uint8_t>> lend() {
    return std::span<std::uint8_t>();
  }
};

class ByteStream {
 public:
  explicit ByteStream(std::unique_ptr<ByteSource> source)
      : source_(std::move(source)) {}
  // Bytes that the caller keeps alive.
  explicit ByteStream(Bytes bytes) : window_(bytes) {}

  // What is at hand from the current position on.
  Bytes window() const { return window_; }
  // How many bytes lie before the window.
  std::uint64_t position() const { return position_; }

  // Moves the window's front. REQUIRES: count <= window().size().
  void consume(std::size_t count) {
    window_ = window_.subspan(count);
    position_ += count;
  }

  // Tries to have at least `count` bytes in the window; false where the input
  // ends before. May move the window: spans of it are valid no longer.
  bool fill(std::size_t count);

  // Moves past `count` bytes, at hand or not; false where the input ends first.
  bool skip(std::uint64_t count);

  // Why the source failed, if it did; it then looks like an end.
  const std::optional<std::string>& problem() const { return problem_; }

  // What is left as a source again, the bytes at hand first, for one that wraps
  // it (a decompressor).
  std::unique_ptr<ByteSource> into_source() &&;

 private:
  void borrow();
  void gather(std::size_t count);

  std::unique_ptr<ByteSource> source_;
  std::vector<std::uint8_t> buffer_;
  std::vector<std::uint8_t> kept_;  // of the window, while it is refilled
  Bytes window_;
  std::uint64_t position_ = 0;
  std::optional<std::string> problem_;
};

}  // namespace flowtell
