// SPDX-License-Identifier: Apache-2.0
#include "model/forest_builder.h"

#include <atomic>
#include <cmath>
#include <map>
#include <mutex>
#include <numeric>

#include "base/random.h"
#include "base/threads.h"
#include "model/tree_grower.h"

namespace flowtell {
namespace {

// As many draws as there are rows, with replacement: how often each was drawn.
std::vector<std::uint8_t> draw_bootstrap(std::size_t rows, Random& random) {
  std::vector<std::uint8_t> counts(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    std::uint8_t& count =
        counts[random.below(static_cast<std::uint32_t>(rows))];
    if (count < UINT8_MAX) ++count;
  }
  return counts;
}

RowSet drawn_rows(std::span<const std::uint8_t> counts) {
  RowSet drawn(counts.size());
  for (std::size_t row = 0; row < counts.size(); ++row) {
    if (counts[row] > 0) drawn.add(row);
  }
  return drawn;
}

std::vector<double> class_weights(const Dataset& data, bool balanced) {
  std::vector<double> weights(data.apps.size(), 1.0);
  if (!balanced) return weights;
  const auto flows = data.flows_per_app();
  for (std::size_t app = 0; app < weights.size(); ++app) {
    if (flows[app] == 0) continue;
    weights[app] =
        static_cast<double>(data.rows()) /
        (static_cast<double>(weights.size()) * static_cast<double>(flows[app]));
  }
  return weights;
}

// Joins the leaves of all trees into one table, equal ones only once.
class LeafTable {
 public:
  explicit LeafTable(std::size_t apps) : apps_(apps), shares_(apps * apps) {
    for (std::size_t app = 0; app < apps; ++app) shares_[app * apps + app] = 1;
  }

  Tree join(const GrownTree& grown) {
    Tree tree = grown.nodes;
    for (TreeNode& node : tree) {
      if (node.is_leaf() && node.next >= apps_) {
        node.next = place_of(grown, node.next - apps_);
      }
    }
    return tree;
  }

  std::vector<float> take() && { return std::move(shares_); }

 private:
  std::uint32_t place_of(const GrownTree& grown, std::size_t mixed) {
    const auto from =
        grown.mixed_leaves.begin() + static_cast<std::ptrdiff_t>(mixed * apps_);
    std::vector<float> row(from, from + static_cast<std::ptrdiff_t>(apps_));
    const auto next = static_cast<std::uint32_t>(shares_.size() / apps_);
    const auto [entry, fresh] = places_.try_emplace(std::move(row), next);
    if (fresh) {
      shares_.insert(shares_.end(), entry->first.begin(), entry->first.end());
    }
    return entry->second;
  }

  std::size_t apps_;
  std::vector<float> shares_;
  std::map<std::vector<float>, std::uint32_t> places_;
};

// Growers in use and at rest: as many as threads work at a time.
class GrowerPool {
 public:
  explicit GrowerPool(std::function<TreeGrower()> make)
      : make_(std::move(make)) {}

  std::unique_ptr<TreeGrower> borrow() {
    const std::lock_guard lock(mutex_);
    if (resting_.empty()) return std::make_unique<TreeGrower>(make_());
    auto grower = std::move(resting_.back());
    resting_.pop_back();
    return grower;
  }
  void give_back(std::unique_ptr<TreeGrower> grower) {
    const std::lock_guard lock(mutex_);
    resting_.push_back(std::move(grower));
  }

 private:
  std::function<TreeGrower()> make_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<TreeGrower>> resting_;
};

std::vector<double> mean_importance(const std::vector<GrownTree>& trees,
                                    std::size_t width) {
  std::vector<double> mean(width);
  for (const GrownTree& tree : trees) {
    const double sum = std::accumulate(tree.impurity_decrease.begin(),
                                       tree.impurity_decrease.end(), 0.0);
    if (sum <= 0) continue;
    for (std::size_t i = 0; i < width; ++i) {
      mean[i] +=
          tree.impurity_decrease[i] / sum / static_cast<double>(trees.size());
    }
  }
  return mean;
}

std::size_t columns_to_try(const ForestOptions& options, std::size_t width) {
  if (options.columns_per_split > 0) {
    return std::min(options.columns_per_split, width);
  }
  const auto root =
      static_cast<std::size_t>(std::sqrt(static_cast<double>(width)));
  return std::max<std::size_t>(root, 1);
}

}  // namespace

BuiltForest build_forest(const Dataset& data, const ForestOptions& options) {
  require(data.rows() > 0 && data.width > 0 && options.trees > 0,
          "a forest needs samples, columns and trees");
  const BinnedColumns columns = BinnedColumns::of(data, options.threads);
  const auto weights = class_weights(data, options.balance_apps);
  const TreeOptions tree_options{columns_to_try(options, data.width),
                                 options.smallest_leaf, options.deepest};
  GrowerPool growers(
      [&] { return TreeGrower(columns, data.labels, weights, tree_options); });

  std::vector<GrownTree> grown(options.trees);
  BuiltForest built;
  built.in_bag.assign(options.trees, RowSet(data.rows()));
  std::atomic<std::size_t> done = 0;
  for_each_task(options.threads, options.trees, [&](std::size_t i) {
    Random random(options.seed, i);
    const auto counts = draw_bootstrap(data.rows(), random);
    auto grower = growers.borrow();
    grown[i] = grower->grow(counts, random);
    growers.give_back(std::move(grower));
    built.in_bag[i] = drawn_rows(counts);
    if (options.progress) options.progress(++done, options.trees);
  });

  LeafTable leaves(data.apps.size());
  for (const GrownTree& tree : grown) {
    built.forest.trees.push_back(leaves.join(tree));
  }
  built.forest.apps = data.apps.size();
  built.forest.width = data.width;
  built.forest.leaf_shares = std::move(leaves).take();
  built.impurity_importance = mean_importance(grown, data.width);
  return built;
}

}  // namespace flowtell
