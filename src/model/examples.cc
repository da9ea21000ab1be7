// SPDX-License-Identifier: Apache-2.0
#include "model/examples.h"

#include <algorithm>

namespace flowtell {
namespace {

// The flows that the captures give if each gives at most `limit`.
std::size_t total_of(std::span<const std::size_t> rows, std::size_t limit) {
  std::size_t sum = 0;
  for (const std::size_t count : rows) sum += std::min(count, limit);
  return sum;
}

// The largest limit at which they give at most `total`.
std::size_t limit_each(std::span<const std::size_t> rows, std::size_t total) {
  std::size_t low = 0;
  std::size_t high = total;
  while (low < high) {
    const std::size_t middle = low + (high - low + 1) / 2;
    if (total_of(rows, middle) <= total) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace

Examples choose_examples(const Dataset& data, std::size_t max_flows) {
  std::vector<std::vector<std::size_t>> rows_of(data.captures.size());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    rows_of[data.capture_of[row]].push_back(row);
  }
  std::vector<std::size_t> counts;
  counts.reserve(rows_of.size());
  for (const auto& rows : rows_of) counts.push_back(rows.size());
  const std::size_t each = limit_each(counts, max_flows);
  // With more captures than examples, the first captures give one each.
  std::size_t remaining = max_flows - total_of(counts, each);

  Examples examples;
  for (std::uint32_t capture = 0; capture < rows_of.size(); ++capture) {
    const std::size_t count = counts[capture];
    std::size_t chosen = std::min(count, each);
    if (remaining > 0 && chosen < count) {
      ++chosen;
      --remaining;
    }
    for (std::size_t i = 0; i < chosen; ++i) {
      const std::size_t row =
          rows_of[capture][(2 * i + 1) * count / (2 * chosen)];
      const auto values = data.row(row);
      examples.flows.push_back({capture, data.facts[row].number});
      examples.values.insert(examples.values.end(), values.begin(),
                             values.end());
    }
  }
  return examples;
}

}  // namespace flowtell
