// SPDX-License-Identifier: Apache-2.0
#include "learn/held_out_trees.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

namespace flowtell {
namespace {

// By app: whether most of its flows are in all bags.
std::vector<bool> crowded_apps(const BuiltForest& built, const Dataset& data) {
  const auto flows = data.flows_per_app();
  std::vector<std::uint64_t> in_all(data.apps.size());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const bool is_in_all = std::ranges::all_of(
        built.in_bag, [&](const RowSet& bag) { return bag.contains(row); });
    if (is_in_all) ++in_all[data.labels[row]];
  }
  std::vector<bool> crowded(data.apps.size());
  for (std::size_t app = 0; app < crowded.size(); ++app) {
    crowded[app] = 2 * in_all[app] > flows[app];
  }
  return crowded;
}

// Folds by capture, and by flow for the crowded apps with one capture.
std::vector<std::uint32_t> folds_of_rows(
    const Dataset& data, const std::vector<bool>& crowded,
    const CrossValidationOptions& options) {
  auto folds = assign_folds(data, options);
  std::vector<std::set<std::uint32_t>> folds_of(data.apps.size());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    folds_of[data.labels[row]].insert(folds[row]);
  }
  const auto count =
      static_cast<std::uint32_t>(std::max<std::size_t>(count_folds(folds), 2));
  std::vector<std::uint32_t> next(data.apps.size());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const AppId app = data.labels[row];
    if (!crowded[app] || folds_of[app].size() > 1) continue;
    folds[row] = next[app]++ % count;
  }
  return folds;
}

// Appends the trees of `more`, grown without these rows, to `all`.
void append_trees(const BuiltForest& more, std::size_t rows,
                  const std::vector<std::uint32_t>& unseen, BuiltForest& all) {
  const auto shift = static_cast<std::uint32_t>(all.forest.leaf_shares.size() /
                                                all.forest.apps);
  RowSet seen(rows);
  auto skip = unseen.begin();
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (skip != unseen.end() && *skip == row) {
      ++skip;
    } else {
      seen.add(row);
    }
  }
  all.forest.leaf_shares.insert(all.forest.leaf_shares.end(),
                                more.forest.leaf_shares.begin(),
                                more.forest.leaf_shares.end());
  for (Tree tree : more.forest.trees) {
    for (TreeNode& node : tree) {
      if (node.is_leaf()) node.next += shift;
    }
    all.forest.trees.push_back(std::move(tree));
    all.in_bag.push_back(seen);
  }
}

}  // namespace

BuiltForest with_held_out_trees(const BuiltForest& built, const Dataset& data,
                                const CrossValidationOptions& options) {
  BuiltForest all = built;
  const std::vector<bool> crowded = crowded_apps(built, data);
  if (std::ranges::none_of(crowded, std::identity{})) return all;
  const auto folds = folds_of_rows(data, crowded, options);
  for_each_fold(folds, [&](const FoldRows& rows, std::uint32_t) {
    std::vector<std::uint32_t> unseen;
    std::ranges::copy_if(
        rows.test, std::back_inserter(unseen),
        [&](std::uint32_t row) { return crowded[data.labels[row]]; });
    if (unseen.empty()) return;
    append_trees(build_forest(data.select(rows.train), options.forest),
                 data.rows(), unseen, all);
  });
  return all;
}

}  // namespace flowtell
