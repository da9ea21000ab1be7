// SPDX-License-Identifier: Apache-2.0
#include "decode/piece_buffer.h"

#include <algorithm>

namespace flowtell {

void PieceBuffer::put(std::uint64_t offset, Bytes piece) {
  if (offset >= kMax || piece.empty()) return;
  const auto begin = static_cast<std::uint32_t>(offset);
  piece = piece.first(std::min(piece.size(), kMax - begin));
  const Range range{begin, begin + static_cast<std::uint32_t>(piece.size())};
  const auto touches = [&](const Range& held) {
    return held.begin <= range.end && range.begin <= held.end;
  };
  if (count_ == kMaxRanges &&
      std::none_of(ranges_.begin(), ranges_.end(), touches)) {
    return;
  }
  if (bytes_.size() < range.end) bytes_.resize(range.end);
  fill_gaps(range, piece);
  add_range(range);
}

Bytes PieceBuffer::front() const {
  if (count_ == 0 || ranges_[0].begin != 0) return {};
  return Bytes(bytes_).first(ranges_[0].end);
}

void PieceBuffer::fill_gaps(Range piece, Bytes bytes) {
  std::uint32_t at = piece.begin;
  const auto copy_until = [&](std::uint32_t end) {
    if (at >= end) return;
    std::copy_n(bytes.data() + (at - piece.begin), end - at,
                bytes_.data() + at);
  };
  for (std::size_t i = 0; i < count_; ++i) {
    copy_until(std::min(ranges_[i].begin, piece.end));
    at = std::max(at, ranges_[i].end);
  }
  copy_until(piece.end);
}

// Merges the ranges that touch the new one into it.
void PieceBuffer::add_range(Range piece) {
  std::array<Range, kMaxRanges> merged{};
  std::size_t count = 0;
  std::size_t i = 0;
  for (; i < count_ && ranges_[i].end < piece.begin; ++i) {
    merged[count++] = ranges_[i];
  }
  for (; i < count_ && ranges_[i].begin <= piece.end; ++i) {
    piece.begin = std::min(piece.begin, ranges_[i].begin);
    piece.end = std::max(piece.end, ranges_[i].end);
  }
  merged[count++] = piece;
  for (; i < count_; ++i) merged[count++] = ranges_[i];
  ranges_ = merged;
  count_ = count;
}

}  // namespace flowtell
