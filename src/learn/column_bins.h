// SPDX-License-Identifier: Apache-2.0
//
// Quantises a column once into at most 256 ordered bins, so that training
// counts bytes instead of sorting numbers at every node (the histogram method;
// Ke et al., "LightGBM", NIPS 2017). With at most 256 distinct values each has
// its own bin and no precision is lost. Otherwise bins hold about equally many
// values, and a value frequent enough to fill a bin has its own.
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
  // REQUIRES: values are finite, at least one.
  static ColumnBins learn(std::vector<float> values);

  std::size_t size() const { return tops_.size(); }

  // The bin of a value. Values between two bins belong to the upper one.
  std::uint8_t bin(float value) const;
  // The same for many. REQUIRES: bins.size() == values.size().
  void find_bins(std::span<const float> values,
                 std::span<std::uint8_t> bins) const;

  // A number between two bins: values in `lower` and below are at most the
  // threshold, values in `upper` and above are greater.
  // REQUIRES: lower < upper.
  float threshold(std::size_t lower, std::size_t upper) const;

 private:
  std::vector<float> bottoms_;  // the smallest value of each bin
  std::vector<float> tops_;     // the largest
};

// Reads columns one at a time, so that only a few are in memory as numbers.
struct ColumnSource {
  std::size_t rows = 0;
  std::size_t width = 0;
  // Fills `values`, one per row; called once per column, from any thread. All
  // values are finite.
  std::function<void(std::size_t column, std::span<float> values)> read;
};

// A table with quantised columns, from which trees are grown.
struct BinnedColumns {
  // Needs 12 bytes per row and thread of temporary memory.
  static BinnedColumns of(const ColumnSource& source, int threads);
  static BinnedColumns of(const Dataset& data, int threads);

  std::size_t rows = 0;
  std::vector<ColumnBins> columns;
  std::vector<std::uint8_t> bins;  // column after column, `rows` each

  std::span<const std::uint8_t> column(std::size_t i) const {
    return std::span(bins).subspan(i * rows, rows);
  }
};

// The input of forest training: the quantised columns of the flows and of their
// parts, and the labels. It does not refer to the original values.
struct QuantisedTable {
  BinnedColumns columns;             // of the flows, then of their parts
  std::vector<AppId> labels;         // likewise
  std::vector<std::uint32_t> whole;  // by part: its flow
  std::size_t apps = 0;

  static QuantisedTable of(const Dataset& data, int threads);

  std::size_t flows() const { return labels.size() - whole.size(); }
  // The flow of a row, which is a flow or a part.
  std::size_t flow_of(std::size_t row) const {
    return row < flows() ? row : whole[row - flows()];
  }
};

}  // namespace flowtell
