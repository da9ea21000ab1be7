// SPDX-License-Identifier: Apache-2.0
//
// Reassembles the beginning of a stream from pieces in any order: TCP segments
// by sequence number, QUIC CRYPTO frames by offset.
//
// Bounded: bytes beyond `kMax` are dropped, and so is a piece that would make
// more than `kMaxRanges` separate ranges. Where pieces overlap, the bytes that
// came first are kept, as a receiver does.
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

  // The bytes from the stream's start to the first gap. Valid until the next
  // `put`.
  Bytes front() const;

  bool empty() const { return count_ == 0; }
  // Whether no bytes are held after the first gap.
  bool is_contiguous() const {
    return count_ == 0 || (count_ == 1 && ranges_[0].begin == 0);
  }
  void clear() { count_ = 0; }  // keeps its memory

 private:
  struct Range {
    std::uint32_t begin;
    std::uint32_t end;
  };

  // Copies the bytes that no range holds yet.
  void fill_gaps(Range piece, Bytes bytes);
  void add_range(Range piece);

  std::vector<std::uint8_t> bytes_;
  std::array<Range, kMaxRanges> ranges_{};  // sorted and disjoint
  std::size_t count_ = 0;
};

}  // namespace flowtell
