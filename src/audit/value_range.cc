// SPDX-License-Identifier: Apache-2.0
#include "audit/value_range.h"

#include <limits>
#include <set>
#include <vector>

namespace flowtell {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// By app: the weight of one of its rows.
std::vector<double> row_weights(const Dataset& data, AppId app,
                                std::span<const std::uint32_t> rows) {
  std::vector<double> weights(data.apps.size());
  for (const std::uint32_t row : rows) weights[data.labels[row]] += 1;
  std::size_t others = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (i != app && weights[i] > 0) ++others;
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    weights[i] = i == app ? 1 / weights[i]
                          : -1 / weights[i] / static_cast<double>(others);
  }
  return weights;
}

}  // namespace

ValueRange best_range(const Dataset& data, std::size_t column, AppId app,
                      std::span<const std::uint32_t> rows) {
  const auto value = [&](std::size_t i) { return data.row(rows[i])[column]; };
  const auto weights = row_weights(data, app, rows);
  double best = 0;
  std::size_t best_begin = 0;
  std::size_t best_end = 0;
  double sum = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < rows.size();) {
    if (sum <= 0) {
      sum = 0;
      begin = i;
    }
    // Equal values are inside or outside together.
    const float here = value(i);
    for (; i < rows.size() && value(i) == here; ++i) {
      sum += weights[data.labels[rows[i]]];
    }
    if (sum > best) {
      best = sum;
      best_begin = begin;
      best_end = i;
    }
  }
  // No range has more of the app than of the others.
  if (best_end == 0) return {kInfinity, kInfinity};
  const auto between = [&](std::size_t i) {
    return value(i - 1) + (value(i) - value(i - 1)) / 2;
  };
  return {best_begin == 0 ? -kInfinity : between(best_begin),
          best_end == rows.size() ? kInfinity : between(best_end)};
}

}  // namespace flowtell
