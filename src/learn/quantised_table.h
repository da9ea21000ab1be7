// SPDX-License-Identifier: Apache-2.0
//
// The input of forest training: the quantised columns of the flows and of their
// parts, and the labels. It does not refer to the original values.
#pragma once

#include <cstdint>
#include <vector>

#include "learn/column_bins.h"
#include "model/dataset.h"

namespace flowtell {

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
