// SPDX-License-Identifier: Apache-2.0
#include "learn/forest_builder.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <mutex>
#include <numeric>

#include "base/random.h"
#include "base/threads.h"
#include "learn/tree_grower.h"

namespace flowtell {
namespace {

// Rows with equal weight, and the number of draws from them.
struct Stratum {
  std::vector<std::uint32_t> rows;
  std::size_t draws = 0;
};

// How bootstrap samples are drawn.
struct Sampling {
  std::vector<Stratum> strata;
  std::vector<double> class_weights;
};

// Limits the mean number of draws per row, so that counts fit in a byte.
constexpr std::size_t kMaxDrawsPerRow = 16;

// As many draws as rows, from all rows equally.
Sampling sample_all(const QuantisedTable& table) {
  const std::size_t rows = table.labels.size();
  Stratum all{std::vector<std::uint32_t>(rows), rows};
  std::iota(all.rows.begin(), all.rows.end(), 0u);
  return {{std::move(all)}, std::vector<double>(table.apps, 1.0)};
}

// Equally many draws from each app (Chen, Liaw and Breiman, "Using random
// forest to learn imbalanced data", 2004). Where that exceeds the limit per
// row, the app's rows get a larger weight instead.
Sampling sample_each_app(const QuantisedTable& table) {
  Sampling sampling{std::vector<Stratum>(table.apps),
                    std::vector<double>(table.apps, 1.0)};
  const std::size_t rows = table.labels.size();
  std::vector<std::size_t> sizes(table.apps);
  for (const AppId label : table.labels) ++sizes[label];
  for (std::size_t app = 0; app < table.apps; ++app) {
    sampling.strata[app].rows.reserve(sizes[app]);
  }
  for (std::uint32_t row = 0; row < rows; ++row) {
    sampling.strata[table.labels[row]].rows.push_back(row);
  }
  const auto with_rows = static_cast<std::size_t>(std::ranges::count_if(
      sampling.strata,
      [](const Stratum& stratum) { return !stratum.rows.empty(); }));
  const std::size_t each = rows / with_rows;
  for (std::size_t app = 0; app < table.apps; ++app) {
    Stratum& stratum = sampling.strata[app];
    if (stratum.rows.empty()) continue;
    stratum.draws = std::min(each, kMaxDrawsPerRow * stratum.rows.size());
    sampling.class_weights[app] =
        static_cast<double>(each) / static_cast<double>(stratum.draws);
  }
  return sampling;
}

// Draws with replacement; returns how often each row was drawn.
std::vector<std::uint8_t> draw_bootstrap(const Sampling& sampling,
                                         std::size_t rows, Random& random) {
  std::vector<std::uint8_t> counts(rows);
  for (const Stratum& stratum : sampling.strata) {
    const auto choices = static_cast<std::uint32_t>(stratum.rows.size());
    for (std::size_t i = 0; i < stratum.draws; ++i) {
      std::uint8_t& count = counts[stratum.rows[random.below(choices)]];
      if (count < UINT8_MAX) ++count;
    }
  }
  return counts;
}

// The flows drawn, in whole or in part.
RowSet drawn_flows(std::span<const std::uint8_t> counts,
                   const QuantisedTable& table) {
  RowSet drawn(table.flows());
  for (std::size_t row = 0; row < counts.size(); ++row) {
    if (counts[row] > 0) drawn.add(table.flow_of(row));
  }
  return drawn;
}

// Merges the leaves of all trees into one table without duplicates.
class LeafTable {
 public:
  explicit LeafTable(std::size_t apps) : apps_(apps), shares_(apps * apps) {
    for (std::size_t app = 0; app < apps; ++app) shares_[app * apps + app] = 1;
  }

  // Makes the tree's mixed leaves refer to rows of the table.
  void join(GrownTree& grown) {
    for (TreeNode& node : grown.nodes) {
      if (node.is_leaf() && node.next >= apps_) {
        node.next = row_of(grown, node.next - apps_);
      }
    }
  }

  std::vector<float> take() && { return std::move(shares_); }

 private:
  std::uint32_t row_of(const GrownTree& grown, std::size_t mixed) {
    const auto from =
        grown.mixed_leaves.begin() + static_cast<std::ptrdiff_t>(mixed * apps_);
    std::vector<float> row(from, from + static_cast<std::ptrdiff_t>(apps_));
    const auto next = static_cast<std::uint32_t>(shares_.size() / apps_);
    const auto [entry, is_new] = rows_.try_emplace(std::move(row), next);
    if (is_new) {
      shares_.insert(shares_.end(), entry->first.begin(), entry->first.end());
    }
    return entry->second;
  }

  std::size_t apps_;
  std::vector<float> shares_;
  std::map<std::vector<float>, std::uint32_t> rows_;
};

// A pool of growers; creates one per concurrent thread.
class GrowerPool {
 public:
  explicit GrowerPool(std::function<TreeGrower()> make)
      : make_(std::move(make)) {}

  std::unique_ptr<TreeGrower> borrow() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<TreeGrower>(make_());
    auto grower = std::move(idle_.back());
    idle_.pop_back();
    return grower;
  }
  void release(std::unique_ptr<TreeGrower> grower) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(grower));
  }

 private:
  std::function<TreeGrower()> make_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<TreeGrower>> idle_;
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

std::size_t min_leaf(const ForestOptions& options, std::size_t rows) {
  constexpr std::size_t kMany = 2000;
  if (options.min_samples_leaf > 0) return options.min_samples_leaf;
  return rows < kMany ? 1 : 2;
}

}  // namespace

BuiltForest build_forest(const Dataset& data, const ForestOptions& options) {
  return build_forest(QuantisedTable::of(data, options.threads), options);
}

BuiltForest build_forest(const QuantisedTable& table,
                         const ForestOptions& options) {
  const std::size_t width = table.columns.columns.size();
  require(table.flows() > 0 && width > 0 && options.trees > 0,
          "a forest needs samples, columns and trees");
  const Sampling sampling =
      options.balance_apps ? sample_each_app(table) : sample_all(table);
  const TreeOptions tree_options{columns_to_try(options, width),
                                 min_leaf(options, table.flows()),
                                 options.max_depth};
  GrowerPool growers([&] {
    return TreeGrower(table.columns, table.labels, sampling.class_weights,
                      tree_options);
  });

  std::vector<GrownTree> grown(options.trees);
  BuiltForest built;
  built.in_bag.assign(options.trees, RowSet(table.flows()));
  std::atomic<std::size_t> done = 0;
  for_each_task(options.threads, options.trees, [&](std::size_t i) {
    Random random(options.seed, i);
    const auto counts = draw_bootstrap(sampling, table.labels.size(), random);
    auto grower = growers.borrow();
    grown[i] = grower->grow(counts, random);
    growers.release(std::move(grower));
    built.in_bag[i] = drawn_flows(counts, table);
    if (options.progress) options.progress(++done, options.trees);
  });

  LeafTable leaves(table.apps);
  for (GrownTree& tree : grown) leaves.join(tree);
  built.forest.apps = table.apps;
  built.forest.width = width;
  built.forest.leaf_shares = std::move(leaves).take();
  built.impurity_importance = mean_importance(grown, width);
  for (GrownTree& tree : grown) {
    built.forest.trees.push_back(std::move(tree.nodes));
  }
  return built;
}

}  // namespace flowtell
