// SPDX-License-Identifier: Apache-2.0
//
// All that a forest is grown from: the columns of the flows and of their parts,
// quantised, and the labels. The numbers that the bins were
// made of may be gone.
#pragma once

#include <cstdint>
#include <vector>

#include "learn/column_bins.h"
#include "model/dataset.h"

namespace flowtell {

struct QuantisedTable {
  BinnedColumns columns;      // of the flows and, after them, of their parts
  std::vector<AppId> labels;  // of both
  std::vector<std::uint32_t> whole;  // of each part: its flow
  std::size_t apps = 0;

  static QuantisedTable of(const Dataset& data, int threads);

  std::size_t flows() const { return labels.size() - whole.size(); }
  // The flow that a row is, or is a part of.
  std::size_t flow_of(std::size_t row) const {
    return row < flows() ? row : whole[row - flows()];
  }
};

}  // namespace flowtell
