// SPDX-License-Identifier: Apache-2.0
#include "model/examples.h"

#include <algorithm>

namespace flowtell {
namespace {

// How many flows each capture gives, so that none gives more than `most`.
std::size_t given(std::span<const std::size_t> rows, std::size_t most) {
  std::size_t sum = 0;
  for (const std::size_t count : rows) sum += std::min(count, most);
  return sum;
}

// The largest part for which all captures together give no more than `most`.
std::size_t part_of_each(std::span<const std::size_t> rows, std::size_t most) {
  std::size_t low = 0;
  std::size_t high = most;
  while (low < high) {
    const std::size_t middle = low + (high - low + 1) / 2;
    if (given(rows, middle) <= most) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace

Examples choose_examples(const Dataset& data, std::size_t most) {
  std::vector<std::size_t> rows(data.captures.size());
  for (const std::uint32_t capture : data.capture_of) ++rows[capture];
  const std::size_t part = part_of_each(rows, most);
  // Where there are more captures than examples, the first give one each.
  std::size_t left = most - given(rows, part);

  Examples examples;
  for (std::size_t begin = 0; begin < data.rows();) {
    const std::uint32_t capture = data.capture_of[begin];
    const std::size_t count = rows[capture];
    std::size_t chosen = std::min(count, part);
    if (left > 0 && chosen < count) {
      ++chosen;
      --left;
    }
    for (std::size_t i = 0; i < chosen; ++i) {
      const std::size_t row = begin + (2 * i + 1) * count / (2 * chosen);
      const auto values = data.row(row);
      examples.flows.push_back({capture, data.facts[row].number});
      examples.values.insert(examples.values.end(), values.begin(),
                             values.end());
    }
    begin += count;
  }
  return examples;
}

}  // namespace flowtell
