// SPDX-License-Identifier: Apache-2.0
//
// Compares the grower with a slow reference, which at every node tries a
// cut between any two values of every column and counts the rows on either
// side.
//
// Where several cuts are equally good any may be taken, so trees are not
// compared node by node. Instead the reference walks the grown tree and checks
// that each node is a leaf exactly where expected, and that its cut is as good
// as the best one.
#include "learn/tree_grower.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "support/samples.h"

namespace flowtell {
namespace {

using Counts = std::vector<std::uint8_t>;
using Rows = std::vector<std::size_t>;

constexpr double kRounding = 1e-9;

class SlowGrower {
 public:
  SlowGrower(const Dataset& data, const Counts& counts,
             const std::vector<double>& weights, const TreeOptions& options)
      : data_(data), counts_(counts), weights_(weights), options_(options) {
    for (std::size_t row = 0; row < counts.size(); ++row) {
      if (counts[row] > 0) all_.push_back(row);
    }
  }

  // Walks the tree with all rows and checks every node.
  void check(const GrownTree& tree) {
    tree_ = &tree;
    decrease_.assign(data_.width, 0);
    visited_ = 0;
    check_node(0, all_, 0);
    ASSERT_EQ(visited_, tree.nodes.size());
    for (std::size_t column = 0; column < data_.width; ++column) {
      ASSERT_NEAR(tree.impurity_decrease[column], decrease_[column], kRounding);
    }
  }

  // The share of each app among the rows with the same values as `row`.
  std::vector<double> shares_of_equals(std::size_t row) const {
    Rows equals;
    for (const std::size_t other : all_) {
      if (std::ranges::equal(data_.row(other), data_.row(row))) {
        equals.push_back(other);
      }
    }
    return shares(equals);
  }

 private:
  double weight(const Rows& rows, AppId app) const {
    double sum = 0;
    for (const std::size_t row : rows) {
      if (data_.labels[row] == app) sum += counts_[row] * weights_[app];
    }
    return sum;
  }
  double weight(const Rows& rows) const {
    double sum = 0;
    for (const std::size_t row : rows) {
      sum += counts_[row] * weights_[data_.labels[row]];
    }
    return sum;
  }
  std::vector<double> shares(const Rows& rows) const {
    std::vector<double> result;
    for (AppId app = 0; app < data_.apps.size(); ++app) {
      result.push_back(weight(rows, app) / weight(rows));
    }
    return result;
  }
  // Gini impurity: the probability that two draws differ.
  double impurity(const Rows& rows) const {
    double same = 0;
    for (const double share : shares(rows)) same += share * share;
    return 1 - same;
  }
  std::size_t count(const Rows& rows) const {
    std::size_t sum = 0;
    for (const std::size_t row : rows) sum += counts_[row];
    return sum;
  }
  Rows side(const Rows& rows, std::size_t column, float at, bool left) const {
    Rows chosen;
    for (const std::size_t row : rows) {
      if ((data_.row(row)[column] <= at) == left) chosen.push_back(row);
    }
    return chosen;
  }
  // The decrease in impurity by a cut, weighted by the share of all rows.
  double gain(const Rows& rows, std::size_t column, float at) const {
    const Rows left = side(rows, column, at, true);
    const Rows right = side(rows, column, at, false);
    return (weight(rows) * impurity(rows) - weight(left) * impurity(left) -
            weight(right) * impurity(right)) /
           weight(all_);
  }
  // The gains of all cuts that respect the leaf size.
  std::vector<double> gains(const Rows& rows) const {
    std::vector<double> all;
    for (std::size_t column = 0; column < data_.width; ++column) {
      std::set<float> values;
      for (const std::size_t row : rows) values.insert(data_.row(row)[column]);
      values.erase(std::prev(values.end()));
      for (const float at : values) {
        const std::size_t left = count(side(rows, column, at, true));
        if (left < options_.min_samples_leaf) continue;
        if (count(rows) - left < options_.min_samples_leaf) continue;
        all.push_back(gain(rows, column, at));
      }
    }
    return all;
  }
  bool is_deepest(std::size_t depth) const {
    return options_.max_depth > 0 && depth == options_.max_depth;
  }

  void check_node(std::size_t index, const Rows& rows, std::size_t depth) {
    ASSERT_FALSE(rows.empty());
    ++visited_;
    const TreeNode& node = tree_->nodes[index];
    const std::vector<double> possible = gains(rows);
    const bool leaf_expected = impurity(rows) == 0 || is_deepest(depth) ||
                               count(rows) < 2 * options_.min_samples_leaf ||
                               possible.empty();
    ASSERT_EQ(node.is_leaf(), leaf_expected);
    if (node.is_leaf()) return check_leaf(node, rows);

    const double best = *std::ranges::max_element(possible);
    const double own = gain(rows, node.column, node.threshold);
    ASSERT_NEAR(own, best, kRounding);
    decrease_[node.column] += own;
    const Rows left = side(rows, node.column, node.threshold, true);
    const Rows right = side(rows, node.column, node.threshold, false);
    ASSERT_GE(count(left), options_.min_samples_leaf);
    ASSERT_GE(count(right), options_.min_samples_leaf);
    check_node(index + 1, left, depth + 1);
    check_node(node.next, right, depth + 1);
  }

  void check_leaf(const TreeNode& leaf, const Rows& rows) const {
    const std::size_t apps = weights_.size();
    const std::vector<double> expected = shares(rows);
    for (std::size_t app = 0; app < expected.size(); ++app) {
      const double share =
          leaf.next < apps
              ? (leaf.next == app ? 1.0 : 0.0)
              : static_cast<double>(
                    tree_->mixed_leaves[(leaf.next - apps) * apps + app]);
      ASSERT_NEAR(share, expected[app], 1e-6);
    }
  }

  const Dataset& data_;
  const Counts& counts_;
  const std::vector<double>& weights_;
  TreeOptions options_;
  Rows all_;
  const GrownTree* tree_ = nullptr;
  std::vector<double> decrease_;
  std::size_t visited_ = 0;
};

struct TreeCase {
  Counts counts;
  std::vector<double> weights;  // by app
  TreeOptions options;
};

GrownTree grow(const Dataset& data, const TreeCase& grown, std::uint64_t seed) {
  const BinnedColumns columns = BinnedColumns::of(data, 1);
  TreeGrower grower(columns, data.labels, grown.weights, grown.options);
  Random random(seed);
  return grower.grow(grown.counts, random);
}

void check_against_slow(const Dataset& data, TreeCase grown,
                        std::uint64_t seed) {
  grown.options.columns_per_split = data.width;
  SlowGrower slow(data, grown.counts, grown.weights, grown.options);
  slow.check(grow(data, grown, seed));
}

// Table `number` of all tables of `rows` rows, each with two values from 0 to 2
// and one of two apps.
constexpr std::size_t kTinyRows = 3 * 3 * 2;
Dataset tiny_table(std::size_t rows, std::size_t number) {
  std::vector<TestRow> table;
  for (std::size_t i = 0; i < rows; ++i, number /= kTinyRows) {
    const std::size_t row = number % kTinyRows;
    table.push_back(
        {{static_cast<float>(row % 3), static_cast<float>(row / 3 % 3)},
         static_cast<AppId>(row / 9),
         0});
  }
  return table_of(table, 2);
}

// True if the rows are sorted: selects one of all tables that differ only in
// the order of their rows.
bool is_in_order(std::size_t rows, std::size_t number) {
  for (std::size_t i = 1; i < rows; ++i, number /= kTinyRows) {
    if (number % kTinyRows > number / kTinyRows % kTinyRows) return false;
  }
  return true;
}

enum class Order { kAny, kOne };

template <typename Check>
void for_each_tiny_table(std::size_t rows, Order order, Check&& check) {
  std::size_t tables = 1;
  for (std::size_t i = 0; i < rows; ++i) tables *= kTinyRows;
  for (std::size_t number = 0; number < tables; ++number) {
    if (order == Order::kOne && !is_in_order(rows, number)) continue;
    check(tiny_table(rows, number), number);
    if (testing::Test::HasFatalFailure()) {
      FAIL() << "in table " << number << " of " << rows << " rows";
    }
  }
}

// With weight 1 the small grower does all the work. Otherwise a node counts
// into a histogram with two apps, and sorts with forty, of which two have rows.
struct Method {
  const char* name;
  std::size_t apps;
  double unit;  // weight of a flow
};

class EveryTinyTable : public testing::TestWithParam<Method> {
 protected:
  std::vector<double> weights(double first = 1, double second = 1) const {
    std::vector<double> all(GetParam().apps, GetParam().unit);
    all[0] *= first;
    all[1] *= second;
    return all;
  }
};

TEST_P(EveryTinyTable, MatchesTheSlowGrower) {
  for (std::size_t rows = 1; rows <= 4; ++rows) {
    for_each_tiny_table(
        rows, Order::kOne, [&](const Dataset& data, std::size_t number) {
          check_against_slow(data, {Counts(rows, 1), weights(), {}}, number);
        });
  }
}

TEST_P(EveryTinyTable, CountsRowsByTheirDraws) {
  for_each_tiny_table(
      3, Order::kAny, [&](const Dataset& data, std::size_t number) {
        check_against_slow(data, {{1, 2, 4}, weights(0.5, 3), {}}, number);
        check_against_slow(data, {{1, 0, 2}, weights(), {}}, number);
      });
  for_each_tiny_table(
      4, Order::kOne, [&](const Dataset& data, std::size_t number) {
        check_against_slow(data, {{1, 3, 0, 2}, weights(2, 1), {}}, number);
      });
}

TEST_P(EveryTinyTable, LimitsLeafSizeAndDepth) {
  for_each_tiny_table(
      4, Order::kOne, [&](const Dataset& data, std::size_t number) {
        check_against_slow(
            data, {{1, 1, 1, 1}, weights(), {.min_samples_leaf = 2}}, number);
        check_against_slow(data, {{1, 1, 1, 1}, weights(), {.max_depth = 1}},
                           number);
      });
}

TEST_P(EveryTinyTable, PredictsEachRowAsTheRowsEqualToIt) {
  for_each_tiny_table(
      4, Order::kOne, [&](const Dataset& data, std::size_t number) {
        const TreeCase grown{
            {1, 1, 1, 1}, weights(2, 1), {.columns_per_split = 1}};
        const GrownTree tree = grow(data, grown, number);
        SlowGrower slow(data, grown.counts, grown.weights, grown.options);
        Forest walker;
        for (std::size_t row = 0; row < data.rows(); ++row) {
          const std::uint32_t leaf = walker.leaf_of(tree.nodes, data.row(row));
          const auto expected = slow.shares_of_equals(row);
          const std::size_t apps = grown.weights.size();
          for (std::size_t app = 0; app < 2; ++app) {
            const double share =
                leaf < apps
                    ? (leaf == app ? 1.0 : 0.0)
                    : static_cast<double>(
                          tree.mixed_leaves[(leaf - apps) * apps + app]);
            ASSERT_NEAR(share, expected[app], 1e-6);
          }
        }
      });
}

INSTANTIATE_TEST_SUITE_P(
    TreeGrower, EveryTinyTable,
    testing::Values(Method{"BySmallGrower", 2, 1},
                    Method{"BySmallGrowerOfManyApps", 40, 1},
                    Method{"ByHistogram", 2, 2}, Method{"BySorting", 40, 2}),
    [](const auto& method) { return method.param.name; });

RC_GTEST_PROP(TreeGrowerProperty, MatchesTheSlowGrowerOnRandomTables,
              (std::uint64_t seed)) {
  Random random(seed);
  RandomTable shape;
  shape.rows = 1 + random.below(40);
  shape.columns = 1 + random.below(4);
  shape.apps = 1 + random.below(5);
  shape.captures = shape.apps;
  shape.distinct = random.below(3) == 0 ? 0 : 1 + random.below(20);
  shape.telling = random.below(2) == 0;
  const Dataset data = random_table(seed, shape);
  TreeCase grown;
  grown.counts = random_counts(random, data.rows());
  for (std::size_t i = 0; i < shape.apps; ++i) {
    grown.weights.push_back(0.25 * (1 + random.below(8)));
  }
  grown.options.min_samples_leaf = 1 + random.below(4);
  grown.options.max_depth = random.below(2) == 0 ? 0 : 1 + random.below(6);
  check_against_slow(data, grown, seed);
}

TEST(TreeGrower, TriesFurtherColumnsUntilOneCanBeCut) {
  std::vector<TestRow> rows;
  for (AppId app = 0; app < 2; ++app) {
    rows.push_back({{1, 1, 1, 1, 1, 1, 1, static_cast<float>(app)}, app, 0});
  }
  const Dataset data = table_of(rows, 2);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const GrownTree tree =
        grow(data, {{1, 1}, {1, 1}, {.columns_per_split = 1}}, seed);
    ASSERT_EQ(tree.nodes.size(), 3u);
    EXPECT_EQ(tree.nodes[0].column, 7);
  }
}

TEST(TreeGrower, LimitsTheColumnsDrawnPerNode) {
  // Column 0 alone separates the apps at once; a tree that tries one column per
  // node must sometimes start with another.
  const Dataset data = random_table(5);
  std::set<std::uint16_t> roots;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const TreeCase one{
        Counts(data.rows(), 1), {1, 1, 1}, {.columns_per_split = 1}};
    roots.insert(grow(data, one, seed).nodes[0].column);
  }
  EXPECT_EQ(roots.size(), data.width);
}

TEST(TreeGrower, GrowsTheSameTreeAgainAfterOthers) {
  const Dataset data = random_table(9, {.telling = false});
  const BinnedColumns columns = BinnedColumns::of(data, 1);
  const std::vector<double> weights = {1, 1, 1};
  TreeGrower grower(columns, data.labels, weights, {.columns_per_split = 2});
  const Counts counts(data.rows(), 1);
  Random first(1);
  Random other(2);
  Random again(1);
  const GrownTree tree = grower.grow(counts, first);
  grower.grow(counts, other);
  EXPECT_EQ(grower.grow(counts, again).nodes, tree.nodes);
}

}  // namespace
}  // namespace flowtell
