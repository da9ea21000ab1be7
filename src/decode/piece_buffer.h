// SPDX-License-Identifier: Apache-2.0
//
// The beginning of a stream, put together from pieces that come in any order:
// TCP segments by their sequence numbers, QUIC's CRYPTO frames by their
// offsets.
//
// Bounded: bytes beyond `kMax` are dropped, and so is a piece that would make
// more than `kMaxRanges` separate ranges. Bytes that came first stay: a stream
// that says two things at one place is read as its receiver would have.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace flowtell {

class PieceBuffer {
 public:
  static constexpr std::size_t kMax = 16'384;
  static constexpr std::size_t kMaxRanges = 32;

  void put(std::uint64_t offset, Bytes piece);

  // What is known from the stream's first byte on without a gap. Valid until
  // the next `put`.
  Bytes front() const;

  bool empty() const { return count_ == 0; }
  void clear() { count_ = 0; }  // keeps its memory

 private:
  struct Range {
    std::uint32_t begin;
    std::uint32_t end;
  };

  // Copies what no range holds yet.
  void fill_gaps(Range piece, Bytes bytes);
  void add_range(Range piece);

  std::vector<std::uint8_t> bytes_;
  std::array<Range, kMaxRanges> ranges_{};  // sorted, apart from each other
  std::size_t count_ = 0;
};

}  // namespace flowtell
