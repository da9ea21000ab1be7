// SPDX-License-Identifier: Apache-2.0
#include "learn/quantised_table.h"

namespace flowtell {

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
