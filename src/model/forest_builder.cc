// SPDX-License-Identifier: Apache-2.0
#include "model/forest_builder.h"

#include <algorithm>
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

// Rows to draw from that count alike among themselves, and how many draws.
struct Stratum {
  std::vector<std::uint32_t> rows;
  std::size_t draws = 0;
};

// What trees are grown from.
struct Sampling {
  std::vector<Stratum> strata;
  std::vector<double> class_weights;
};

// No row is drawn more often than this on average; so counts fit in a byte.
constexpr std::size_t kMostDrawsPerRow = 16;

// As many draws as there are rows, from all alike.
Sampling sample_all(const Dataset& data) {
  Stratum all{std::vector<std::uint32_t>(data.rows()), data.rows()};
  std::iota(all.rows.begin(), all.rows.end(), 0u);
  return {{std::move(all)}, std::vector<double>(data.apps.size(), 1.0)};
}

// As many draws from each app (Chen, Liaw and Breiman, "Using random forest to
// learn imbalanced data", 2004). Where that would be too many for the rows an
// app has, its rows weigh more instead.
Sampling sample_each_app(const Dataset& data) {
  Sampling sampling{std::vector<Stratum>(data.apps.size()),
                    std::vector<double>(data.apps.size(), 1.0)};
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    sampling.strata[data.labels[row]].rows.push_back(row);
  }
  const auto with_rows = static_cast<std::size_t>(std::ranges::count_if(
      sampling.strata,
      [](const Stratum& stratum) { return !stratum.rows.empty(); }));
  const std::size_t each = data.rows() / with_rows;
  for (std::size_t app = 0; app < data.apps.size(); ++app) {
    Stratum& stratum = sampling.strata[app];
    if (stratum.rows.empty()) continue;
    stratum.draws = std::min(each, kMostDrawsPerRow * stratum.rows.size());
    sampling.class_weights[app] =
        static_cast<double>(each) / static_cast<double>(stratum.draws);
  }
  return sampling;
}

// Draws with replacement: how often each row was drawn.
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

// The rows, and after them their parts as rows of their own.
Dataset with_parts(const Dataset& data) {
  Dataset all;
  all.apps = data.apps;
  all.width = data.width;
  all.values = data.values;
  all.labels = data.labels;
  all.values.insert(all.values.end(), data.parts.values.begin(),
                    data.parts.values.end());
  for (const std::uint32_t whole : data.parts.whole) {
    all.labels.push_back(data.labels[whole]);
  }
  return all;
}

// The rows drawn, themselves or a part of them.
RowSet drawn_rows(std::span<const std::uint8_t> counts, const Dataset& data) {
  RowSet drawn(data.rows());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    drawn.add(i < data.rows() ? i : data.parts.whole[i - data.rows()]);
  }
  return drawn;
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
  const Dataset taught = with_parts(data);
  const BinnedColumns columns = BinnedColumns::of(taught, options.threads);
  const Sampling sampling =
      options.balance_apps ? sample_each_app(taught) : sample_all(taught);
  const TreeOptions tree_options{columns_to_try(options, data.width),
                                 options.smallest_leaf, options.deepest};
  GrowerPool growers([&] {
    return TreeGrower(columns, taught.labels, sampling.class_weights,
                      tree_options);
  });

  std::vector<GrownTree> grown(options.trees);
  BuiltForest built;
  built.in_bag.assign(options.trees, RowSet(data.rows()));
  std::atomic<std::size_t> done = 0;
  for_each_task(options.threads, options.trees, [&](std::size_t i) {
    Random random(options.seed, i);
    const auto counts = draw_bootstrap(sampling, taught.rows(), random);
    auto grower = growers.borrow();
    grown[i] = grower->grow(counts, random);
    growers.give_back(std::move(grower));
    built.in_bag[i] = drawn_rows(counts, data);
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
