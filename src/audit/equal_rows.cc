// SPDX-License-Identifier: Apache-2.0
#include "audit/equal_rows.h"

#include <algorithm>
#include <numeric>

namespace flowtell {

std::vector<std::vector<std::uint32_t>> equal_rows(const Dataset& data) {
  std::vector<std::uint32_t> order(data.rows());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(
      order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::ranges::lexicographical_compare(data.row(a), data.row(b));
      });
  std::vector<std::vector<std::uint32_t>> groups;
  for (const std::uint32_t row : order) {
    const bool is_new =
        groups.empty() ||
        !std::ranges::equal(data.row(groups.back().front()), data.row(row));
    if (is_new) groups.emplace_back();
    groups.back().push_back(row);
  }
  // Ordered by row rather than by value.
  std::sort(groups.begin(), groups.end());
  return groups;
}

LabelCeiling label_ceiling(
    const Dataset& data,
    const std::vector<std::vector<std::uint32_t>>& groups) {
  const auto flows = data.flows_per_app();
  std::uint64_t correct = 0;
  // By app: flows found by the classifier with the best balanced accuracy.
  std::vector<std::uint64_t> found(flows.size());
  for (const auto& rows : groups) {
    std::vector<std::uint64_t> of_app(flows.size());
    for (const std::uint32_t row : rows) ++of_app[data.labels[row]];
    correct += *std::max_element(of_app.begin(), of_app.end());
    std::size_t best = data.labels[rows.front()];
    for (std::size_t app = 0; app < flows.size(); ++app) {
      if (of_app[app] * flows[best] > of_app[best] * flows[app]) best = app;
    }
    found[best] += of_app[best];
  }
  double recalls = 0;
  std::size_t tested_apps = 0;
  for (std::size_t app = 0; app < flows.size(); ++app) {
    if (flows[app] == 0) continue;
    recalls +=
        static_cast<double>(found[app]) / static_cast<double>(flows[app]);
    ++tested_apps;
  }
  return {static_cast<double>(correct) / static_cast<double>(data.rows()),
          recalls / static_cast<double>(tested_apps)};
}

}  // namespace flowtell
