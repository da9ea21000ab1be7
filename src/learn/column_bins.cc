// SPDX-License-Identifier: Apache-2.0
#include "learn/column_bins.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>

#include "base/threads.h"

namespace flowtell {
namespace {

// Maps a float to an integer with the same order; -0 maps to 0.
std::uint32_t key_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value + 0.0F);
  return (bits >> 31) != 0 ? ~bits : bits | 0x80000000;
}

// Radix sort, lowest digit first, in three passes.
void sort_values(std::vector<float>& values) {
  constexpr std::size_t kDigit = 11;
  constexpr std::size_t kDigits = std::size_t{1} << kDigit;
  constexpr std::size_t kPasses = 3;
  static_assert(kPasses * kDigit >= 32);
  const auto digit = [](float value, std::size_t pass) {
    return key_of(value) >> pass * kDigit & (kDigits - 1);
  };
  std::array<std::vector<std::size_t>, kPasses> offsets;
  offsets.fill(std::vector<std::size_t>(kDigits + 1));
  for (const float value : values) {
    for (std::size_t i = 0; i < kPasses; ++i) ++offsets[i][digit(value, i) + 1];
  }
  std::vector<float> sorted(values.size());
  for (std::size_t i = 0; i < kPasses; ++i) {
    std::partial_sum(offsets[i].begin(), offsets[i].end(), offsets[i].begin());
    for (const float value : values) {
      sorted[offsets[i][digit(value, i)]++] = value;
    }
    values.swap(sorted);
  }
}

// Finds the bin of a value by a branchless binary search, since branches would
// be unpredictable. The bin of a value is the number of bins that end below it.
class BinFinder {
 public:
  // The last bin has no upper end.
  explicit BinFinder(std::span<const float> tops) {
    ends_.fill(std::numeric_limits<float>::infinity());
    std::copy(tops.begin(), tops.end() - 1, ends_.begin());
  }

  std::uint8_t find(float value) const {
    std::size_t bin = 0;
    for (std::size_t step = kMaxBins / 2; step > 0; step /= 2) {
      bin += step * static_cast<std::size_t>(ends_[bin + step - 1] < value);
    }
    return static_cast<std::uint8_t>(bin);
  }

 private:
  std::array<float, kMaxBins> ends_;
};

}  // namespace

ColumnBins ColumnBins::learn(std::vector<float> values) {
  sort_values(values);
  const auto end_of_run = [&](std::size_t i) {
    const float value = values[i];
    while (i < values.size() && values[i] == value) ++i;
    return i;
  };
  std::size_t distinct = 1;  // among the remaining values
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] != values[i - 1]) ++distinct;
  }
  ColumnBins bins;
  for (std::size_t begin = 0; begin < values.size();) {
    // The remaining values are shared evenly among the remaining bins, so a
    // frequent value uses only one bin.
    const std::size_t left = values.size() - begin;
    const std::size_t bins_left = kMaxBins - bins.size();
    const bool exact = distinct <= bins_left;
    const std::size_t share = exact ? 1 : (left + bins_left - 1) / bins_left;
    std::size_t end = end_of_run(begin);
    --distinct;
    while (end < values.size() && end - begin < share) {
      const std::size_t next = end_of_run(end);
      if (next - begin > share + share / 2) break;
      end = next;
      --distinct;
    }
    bins.bottoms_.push_back(values[begin]);
    bins.tops_.push_back(values[end - 1]);
    begin = end;
  }
  return bins;
}

std::uint8_t ColumnBins::bin(float value) const {
  return BinFinder(tops_).find(value);
}

void ColumnBins::find_bins(std::span<const float> values,
                           std::span<std::uint8_t> bins) const {
  const BinFinder finder(tops_);
  std::ranges::transform(values, bins.begin(),
                         [&](float value) { return finder.find(value); });
}

float ColumnBins::threshold(std::size_t lower, std::size_t upper) const {
  const float below = tops_[lower];
  const float above = bottoms_[upper];
  const auto middle = static_cast<float>(
      (static_cast<double>(below) + static_cast<double>(above)) / 2);
  return middle < above ? middle : below;
}

BinnedColumns BinnedColumns::of(const ColumnSource& source, int threads) {
  BinnedColumns binned;
  binned.rows = source.rows;
  binned.columns.resize(source.width);
  binned.bins.resize(source.rows * source.width);
  for_each_task(threads, source.width, [&](std::size_t column) {
    std::vector<float> values(source.rows);
    source.read(column, values);
    binned.columns[column] = ColumnBins::learn(values);
    binned.columns[column].find_bins(
        values,
        std::span(binned.bins).subspan(column * source.rows, source.rows));
  });
  return binned;
}

BinnedColumns BinnedColumns::of(const Dataset& data, int threads) {
  return of({.rows = data.rows(),
             .width = data.width,
             .read =
                 [&](std::size_t column, std::span<float> values) {
                   for (std::size_t i = 0; i < values.size(); ++i) {
                     values[i] = data.row(i)[column];
                   }
                 }},
            threads);
}

QuantisedTable QuantisedTable::of(const Dataset& data, int threads) {
  QuantisedTable table;
  table.apps = data.apps.size();
  table.labels = data.labels;
  table.whole = data.parts.whole;
  for (const std::uint32_t whole : table.whole) {
    table.labels.push_back(data.labels[whole]);
  }
  const auto read = [&](std::size_t column, std::span<float> values) {
    const std::size_t rows = data.rows();
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = i < rows
                      ? data.values[i * data.width + column]
                      : data.parts.values[(i - rows) * data.width + column];
    }
  };
  table.columns = BinnedColumns::of(
      {.rows = table.labels.size(), .width = data.width, .read = read},
      threads);
  return table;
}

}  // namespace flowtell
