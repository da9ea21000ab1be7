// SPDX-License-Identifier: Apache-2.0
#include "explain/forest_reasons.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "model/compiled_forest.h"

namespace flowtell {
namespace {

// The thresholds of each column in the whole forest, ascending and distinct.
std::vector<std::vector<float>> thresholds_of(const Forest& forest) {
  std::vector<std::vector<float>> all(forest.width);
  for (const Tree& tree : forest.trees) {
    for (const TreeNode& node : tree) {
      if (!node.is_leaf()) all[node.column].push_back(node.threshold);
    }
  }
  for (std::vector<float>& of_column : all) {
    std::sort(of_column.begin(), of_column.end());
    of_column.erase(std::unique(of_column.begin(), of_column.end()),
                    of_column.end());
  }
  return all;
}

class Search {
 public:
  Search(const Forest& forest, std::span<const float> row, std::size_t app)
      : forest_(forest),
        row_(row.begin(), row.end()),
        shares_(forest.apps),
        app_(app) {}

  std::optional<Counterfactual> in_column(std::size_t column,
                                          std::span<const float> thresholds) {
    const float own = row_[column];
    const auto above = static_cast<std::size_t>(
        std::lower_bound(thresholds.begin(), thresholds.end(), own) -
        thresholds.begin());
    std::optional<Counterfactual> found;
    for (std::size_t crossed = 1; crossed <= thresholds.size() && !found;
         ++crossed) {
      // Down: the largest value not above the threshold below it.
      if (crossed <= above) {
        const float bound = thresholds[above - crossed];
        found = try_value({column, true, bound, bound, crossed});
      }
      // Up: the smallest value above the last threshold crossed.
      if (!found && above + crossed <= thresholds.size()) {
        const float bound = thresholds[above + crossed - 1];
        const float value =
            std::nextafter(bound, std::numeric_limits<float>::infinity());
        if (std::isfinite(value)) {
          found = try_value({column, false, bound, value, crossed});
        }
      }
    }
    row_[column] = own;
    return found;
  }

 private:
  std::optional<Counterfactual> try_value(const Counterfactual& point) {
    row_[point.column] = point.value;
    forest_.predict(row_, shares_);
    const auto best = std::max_element(shares_.begin(), shares_.end());
    if (best - shares_.begin() != static_cast<std::ptrdiff_t>(app_)) return {};
    return point;
  }

  CompiledForest forest_;
  std::vector<float> row_;
  std::vector<double> shares_;
  std::size_t app_;
};

}  // namespace

std::vector<Counterfactual> find_counterfactuals(const Forest& forest,
                                                 std::span<const float> row,
                                                 std::size_t app) {
  const auto thresholds = thresholds_of(forest);
  Search search(forest, row, app);
  std::vector<Counterfactual> points;
  for (std::size_t column = 0; column < forest.width; ++column) {
    const auto point = search.in_column(column, thresholds[column]);
    if (point) points.push_back(*point);
  }
  std::stable_sort(
      points.begin(), points.end(),
      [](const auto& a, const auto& b) { return a.crossed < b.crossed; });
  return points;
}

std::vector<Neighbour> nearest_examples(const Forest& forest,
                                        std::span<const float> row,
                                        const Examples& examples,
                                        std::size_t max_count) {
  std::vector<std::size_t> shared(examples.size());
  for (const Tree& tree : forest.trees) {
    const std::size_t own = Forest::leaf_node(tree, row);
    for (std::size_t i = 0; i < examples.size(); ++i) {
      const bool same = Forest::leaf_node(tree, examples.row(i)) == own;
      shared[i] += same ? 1 : 0;
    }
  }
  std::vector<Neighbour> near;
  for (std::size_t i = 0; i < shared.size(); ++i) {
    if (shared[i] == 0) continue;
    near.push_back({i, static_cast<double>(shared[i]) /
                           static_cast<double>(forest.trees.size())});
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) {
    return a.proximity > b.proximity;
  });
  near.resize(std::min(near.size(), max_count));
  return near;
}

}  // namespace flowtell
