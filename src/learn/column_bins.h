// SPDX-License-Identifier: Apache-2.0
//
// A column's values quantised once into at most 256 ordered bins, so that the
// trainer compares bytes and counts instead of sorting numbers at every node
// (the histogram method; Ke et al., "LightGBM", NIPS 2017). With at most 256
// distinct values each has a bin of its own and nothing is lost; else bins hold
// about equally many values, and a value that fills a bin alone has one alone.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/dataset.h"

namespace flowtell {

inline constexpr std::size_t kMaxBins = 256;

class ColumnBins {
 public:
  // Learns the bins of a column. REQUIRES: values are finite, at least one.
  static ColumnBins learn(std::vector<float> values);

  std::size_t size() const { return tops_.size(); }

  // The bin a value belongs to. Values between two bins go to the upper one.
  std::uint8_t bin(float value) const;
  // The same for many. REQUIRES: bins.size() == values.size().
  void find_bins(std::span<const float> values,
                 std::span<std::uint8_t> bins) const;

  // A number that parts `lower` and what is below it from `upper` and what is
  // above: values of the former are at most it, of the latter greater.
  // REQUIRES: lower < upper.
  float threshold(std::size_t lower, std::size_t upper) const;

 private:
  std::vector<float> bottoms_;  // the smallest value of each bin
  std::vector<float> tops_;     // the greatest
};

// Where columns come from, one at a time; so no more than a few of them need be
// in memory as numbers.
struct ColumnSource {
  std::size_t rows = 0;
  std::size_t width = 0;
  // Fills `values`, one a row; called once a column, from any thread. The
  // values are finite.
  std::function<void(std::size_t column, std::span<float> values)> read;
};

// A table with its columns quantised, the form that trees grow from.
struct BinnedColumns {
  // Takes 12 bytes a row and thread beside the bins until it is done.
  static BinnedColumns of(const ColumnSource& source, int threads);
  static BinnedColumns of(const Dataset& data, int threads);

  std::size_t rows = 0;
  std::vector<ColumnBins> columns;
  std::vector<std::uint8_t> bins;  // column after column, `rows` each

  std::span<const std::uint8_t> column(std::size_t i) const {
    return std::span(bins).subspan(i * rows, rows);
  }
};

}  // namespace flowtell
