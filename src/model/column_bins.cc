// SPDX-License-Identifier: Apache-2.0
#include "model/column_bins.h"

#include <algorithm>

#include "base/threads.h"

namespace flowtell {
namespace {

struct DistinctValue {
  float value;
  std::size_t count;
};

std::vector<DistinctValue> count_distinct(std::vector<float>& values) {
  std::sort(values.begin(), values.end());
  std::vector<DistinctValue> distinct;
  for (const float value : values) {
    if (distinct.empty() || distinct.back().value != value) {
      distinct.push_back({value, 0});
    }
    ++distinct.back().count;
  }
  return distinct;
}

}  // namespace

ColumnBins ColumnBins::learn(std::vector<float> values) {
  const std::vector<DistinctValue> distinct = count_distinct(values);
  ColumnBins bins;
  std::size_t left = values.size();
  for (std::size_t i = 0; i < distinct.size();) {
    // What is left is shared out evenly among the bins that are left, so a
    // heavy value takes no more than its own bin from the others.
    const std::size_t bins_left = kMostBins - bins.size();
    const bool exact = distinct.size() - i <= bins_left;
    const std::size_t share = exact ? 1 : (left + bins_left - 1) / bins_left;
    bins.bottoms_.push_back(distinct[i].value);
    std::size_t held = 0;
    do {
      held += distinct[i++].count;
    } while (i < distinct.size() && held < share &&
             held + distinct[i].count <= share + share / 2);
    bins.tops_.push_back(distinct[i - 1].value);
    left -= held;
  }
  return bins;
}

std::uint8_t ColumnBins::bin(float value) const {
  const auto at = std::lower_bound(tops_.begin(), tops_.end(), value);
  const auto bin = std::min<std::ptrdiff_t>(
      at - tops_.begin(), static_cast<std::ptrdiff_t>(size()) - 1);
  return static_cast<std::uint8_t>(bin);
}

float ColumnBins::threshold(std::size_t lower, std::size_t upper) const {
  const float below = tops_[lower];
  const float above = bottoms_[upper];
  const auto middle = static_cast<float>(
      (static_cast<double>(below) + static_cast<double>(above)) / 2);
  return middle < above ? middle : below;
}

BinnedColumns BinnedColumns::of(const Dataset& data, int threads) {
  BinnedColumns binned;
  binned.rows = data.rows();
  binned.columns.resize(data.width);
  binned.bins.resize(data.rows() * data.width);
  for_each_task(threads, data.width, [&](std::size_t column) {
    std::vector<float> values(data.rows());
    for (std::size_t i = 0; i < data.rows(); ++i) {
      values[i] = data.row(i)[column];
    }
    std::uint8_t* out = binned.bins.data() + column * data.rows();
    binned.columns[column] = ColumnBins::learn(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      out[i] = binned.columns[column].bin(values[i]);
    }
  });
  return binned;
}

}  // namespace flowtell
