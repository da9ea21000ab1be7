// SPDX-License-Identifier: Apache-2.0
//
// Class counts per bin of a column, for one node. A bit set marks the bins in
// use, so that visiting and clearing them costs one step per such bin.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "learn/class_counts.h"
#include "learn/column_bins.h"

namespace flowtell {

// A sample of a node: its row in the table, the lane of its class, and how
// often it was drawn.
class LaneSample {
 public:
  static constexpr std::size_t kMaxRows = 1 << 16;

  LaneSample() = default;
  LaneSample(std::size_t row, std::size_t lane, std::size_t count)
      : bits_(static_cast<std::uint32_t>(row | lane << 16 | count << 24)) {}

  std::size_t row() const { return bits_ & 0xffff; }
  std::size_t lane() const { return bits_ >> 16 & 0xff; }
  std::uint32_t count() const { return bits_ >> 24; }

 private:
  std::uint32_t bits_ = 0;
};
static_assert(sizeof(LaneSample) == 4);

// The bins in use, one bit for each of 256, in two halves of 128.
class BinSet {
 public:
  using Half [[gnu::vector_size(16)]] = std::uint64_t;

  void add(std::size_t bin);
  std::uint64_t word(std::size_t i) const {
    return i < 2 ? low_[i] : high_[i - 2];
  }

 private:
  Half low_{};
  Half high_{};
};

// For each bin, the two halves of the set that holds it alone. Adding a bin
// then takes two OR operations, addressed by the same offset as the bin's
// counts.
struct BinSetTable {
  std::array<std::array<std::uint64_t, 2>, kMaxBins> low{};
  std::array<std::array<std::uint64_t, 2>, kMaxBins> high{};
};
alignas(16) inline constexpr BinSetTable kSetOfBin = [] {
  BinSetTable table;
  for (std::size_t bin = 0; bin < kMaxBins; ++bin) {
    auto& half = bin < 128 ? table.low[bin] : table.high[bin];
    half[bin / 64 % 2] = std::uint64_t{1} << bin % 64;
  }
  return table;
}();

inline void BinSet::add(std::size_t bin) {
  Half low;
  Half high;
  std::memcpy(&low, __builtin_assume_aligned(kSetOfBin.low[bin].data(), 16),
              sizeof low);
  std::memcpy(&high, __builtin_assume_aligned(kSetOfBin.high[bin].data(), 16),
              sizeof high);
  low_ |= low;
  high_ |= high;
}

template <std::size_t kLanes>
class BinCounts {
 public:
  using Counts = ClassCounts<kLanes>;

  void add(std::size_t bin, LaneSample sample) {
    counts_[bin].add(sample.lane(), sample.count());
  }
  void set_marked(const BinSet& marked) { marked_ = marked; }

  // Calls `visit(lower, upper, left)` for each pair of consecutive used bins;
  // `left` counts `lower` and below. Clears all counts. Returns how many bins
  // were in use.
  template <typename Visit>
  std::size_t take_cuts(Visit&& visit) {
    Counts left;
    std::size_t lower = 0;
    std::size_t visited = 0;
    for (std::size_t word = 0; word < kMaxBins / 64; ++word) {
      for (std::uint64_t bits = marked_.word(word); bits != 0;
           bits &= bits - 1) {
        const std::size_t bin =
            word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
        if (visited > 0) visit(lower, bin, left);
        left.add(counts_[bin]);
        counts_[bin] = Counts{};
        lower = bin;
        ++visited;
      }
    }
    return visited;
  }

 private:
  std::array<Counts, kMaxBins> counts_{};
  BinSet marked_;
};

// Counts the samples by bin for kColumns columns at once. This shares the work
// per sample, and the processor overlaps the columns' updates.
// REQUIRES: all counts are 0.
template <std::size_t kColumns, std::size_t kLanes>
void count_bins(std::array<const std::uint8_t*, kColumns> columns,
                std::span<const LaneSample> samples,
                std::span<BinCounts<kLanes>> counts) {
  std::array<BinSet, kColumns> marked{};
  for (const LaneSample sample : samples) {
    const std::size_t row = sample.row();
    for (std::size_t i = 0; i < kColumns; ++i) {
      const std::size_t bin = columns[i][row];
      counts[i].add(bin, sample);
      marked[i].add(bin);
    }
  }
  for (std::size_t i = 0; i < kColumns; ++i) counts[i].set_marked(marked[i]);
}

}  // namespace flowtell
