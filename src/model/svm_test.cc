// SPDX-License-Identifier: Apache-2.0
#include "model/svm.h"

#include <gtest/gtest.h>
#include <libsvm/svm.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/samples.h"

namespace flowtell {
namespace {

std::vector<double> predict(const Svm& svm, std::span<const float> row) {
  std::vector<double> shares(svm.apps, -1);
  svm.predict(row, shares);
  return shares;
}

AppId likeliest(const Svm& svm, std::span<const float> row) {
  const auto shares = predict(svm, row);
  return static_cast<AppId>(std::ranges::max_element(shares) - shares.begin());
}

TEST(Svm, SeparatesSeparableApps) {
  RandomTable table;
  table.columns = 1;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Svm svm = build_svm(random_table(seed, table), {});
    const Dataset others = random_table(seed + 100, table);
    for (std::size_t i = 0; i < others.rows(); ++i) {
      EXPECT_EQ(likeliest(svm, others.row(i)), others.labels[i]);
    }
  }
}

TEST(Svm, IsDeterministic) {
  RandomTable table;
  table.telling = false;
  const Dataset data = random_table(3, table);
  const Svm first = build_svm(data, {});
  EXPECT_GT(first.vector_count(), 10u);
  EXPECT_EQ(build_svm(data, {}), first);
}

TEST(Svm, GivesSharesThatSumToOne) {
  RandomTable table;
  table.telling = false;
  const Dataset data = random_table(5, table);
  const Svm svm = build_svm(data, {});
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const auto shares = predict(svm, data.row(i));
    EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1, 1e-12);
    EXPECT_GE(*std::ranges::min_element(shares), 0);
  }
}

// The rows in the form of libsvm, standardised independently.
class LibsvmRows {
 public:
  LibsvmRows(const Dataset& data, const Svm& svm) {
    for (std::size_t i = 0; i < data.rows(); ++i) {
      auto& row = rows_.emplace_back();
      for (std::size_t column = 0; column < data.width; ++column) {
        const double value = (static_cast<double>(data.row(i)[column]) -
                              static_cast<double>(svm.means[column])) *
                             static_cast<double>(svm.scales[column]);
        row.push_back({static_cast<int>(column) + 1,
                       static_cast<double>(static_cast<float>(value))});
      }
      row.push_back({-1, 0});
      labels_.push_back(data.labels[i]);
    }
    for (auto& row : rows_) pointers_.push_back(row.data());
  }
  svm_problem problem() {
    return {static_cast<int>(rows_.size()), labels_.data(), pointers_.data()};
  }
  const svm_node* row(std::size_t i) const { return rows_[i].data(); }

 private:
  std::vector<std::vector<svm_node>> rows_;
  std::vector<double> labels_;
  std::vector<svm_node*> pointers_;
};

TEST(Svm, MatchesLibsvm) {
  RandomTable table;
  table.telling = false;
  table.apps = 4;
  table.captures = 8;
  const Dataset data = random_table(7, table);
  SvmOptions options;
  options.balance_apps = false;
  const Svm svm = build_svm(data, options);

  LibsvmRows rows(data, svm);
  const svm_problem problem = rows.problem();
  svm_parameter parameter{};
  parameter.kernel_type = RBF;
  parameter.gamma = 0.25;
  parameter.C = 1;
  parameter.cache_size = 1;
  parameter.eps = 1e-3;
  parameter.shrinking = 1;
  svm_set_print_string_function([](const char*) {});
  struct svm_model* model = svm_train(&problem, &parameter);
  ASSERT_EQ(svm.vector_count(), static_cast<std::size_t>(model->l));
  std::vector<double> expected(6);
  for (std::size_t i = 0; i < data.rows(); ++i) {
    svm_predict_values(model, rows.row(i), expected.data());
    const auto decisions = svm.decide(data.row(i));
    ASSERT_EQ(decisions.size(), expected.size());
    for (std::size_t pair = 0; pair < expected.size(); ++pair) {
      // These rows are rounded, those of predict() are not.
      EXPECT_NEAR(decisions[pair], expected[pair], 1e-5) << i << ' ' << pair;
    }
  }
  svm_free_and_destroy_model(&model);
}

TEST(Svm, BalancesApps) {
  std::vector<TestRow> rows;
  rows.reserve(40);
  for (int i = 0; i < 40; ++i) {
    rows.push_back({{static_cast<float>(i % 4)}, i < 36 ? AppId{0} : AppId{1}});
  }
  const Dataset data = table_of(rows, 2);
  SvmOptions by_flow;
  by_flow.balance_apps = false;
  EXPECT_GT(predict(build_svm(data, by_flow), data.row(0))[0], 0.8);
  EXPECT_LT(predict(build_svm(data, {}), data.row(0))[0], 0.6);
}

TEST(Svm, StandardisesEachColumn) {
  const Dataset data =
      table_of({{{10, 3}, 0}, {{30, 3}, 0}, {{10, 9}, 1}, {{30, 9}, 1}}, 2);
  const Svm svm = build_svm(data, {});
  EXPECT_EQ(svm.means, (std::vector<float>{20, 6}));
  EXPECT_EQ(svm.scales, (std::vector<float>{0.1F, 1.F / 3}));
  EXPECT_EQ(svm.gamma, 0.5);
  EXPECT_EQ(svm.apps, 2U);
  EXPECT_EQ(svm.width, 2U);
}

// Variation below 1e-9, or below that share of the mean, is rounding error.
TEST(Svm, TreatsNearlyConstantColumnsAsConstant) {
  const auto scale_of = [](float mean, float distance) {
    return build_svm(
               table_of({{{mean - distance, 1}, 0}, {{mean + distance, 2}, 1}},
                        2),
               {})
        .scales[0];
  };
  EXPECT_EQ(scale_of(0, 0.9e-9F), 0);
  EXPECT_NEAR(scale_of(0, 1.1e-9F), 1 / 1.1e-9, 1e5);
  EXPECT_GT(scale_of(0, 1e-3F), 0);
  EXPECT_GT(scale_of(1e6F, 1), 0);
}

// With one row per app, each is equally far from the middle.
TEST(Svm, DerivesSharesFromDecisionValues) {
  const Dataset data = table_of({{{0}, 0}, {{2}, 1}}, 2);
  const Svm svm = build_svm(data, {});
  const std::vector<float> middle = {1};
  EXPECT_NEAR(predict(svm, middle)[0], 0.5, 1e-9);
  const double decision = svm.decide(data.row(0))[0];
  EXPECT_GT(decision, 0.5);
  EXPECT_NEAR(predict(svm, data.row(0))[0], 1 / (1 + std::exp(-2 * decision)),
              1e-12);
  EXPECT_NEAR(predict(svm, data.row(1))[1], 1 / (1 + std::exp(-2 * decision)),
              1e-12);
}

// The cost bounds the factor of a row.
TEST(Svm, BoundsFactorsByTheCost) {
  RandomTable table;
  table.telling = false;
  const Dataset data = random_table(7, table);
  for (const double cost : {0.25, 2.0}) {
    const Svm svm = build_svm(data, {.cost = cost, .balance_apps = false});
    double largest = 0;
    for (const double factor : svm.factors) {
      largest = std::max(largest, std::abs(factor));
    }
    EXPECT_NEAR(largest, cost, 1e-9);
  }
}

TEST(Svm, IgnoresConstantColumns) {
  const Dataset data = table_of(
      {{{0.1F, 1}, 0}, {{0.1F, 2}, 0}, {{0.1F, 8}, 1}, {{0.1F, 9}, 1}}, 2);
  const Svm svm = build_svm(data, {});
  EXPECT_EQ(svm.scales[0], 0);
  const std::vector<float> row = {0.1F, 1.5F};
  const std::vector<float> odd = {1e30F, 1.5F};
  EXPECT_EQ(predict(svm, odd), predict(svm, row));
}

TEST(Svm, GivesNoShareToUntrainedApps) {
  const Dataset of_two = table_of({{{1}, 2}, {{9}, 0}, {{2}, 2}}, 3);
  const auto shares = predict(build_svm(of_two, {}), of_two.row(0));
  EXPECT_EQ(shares[1], 0);
  EXPECT_GT(shares[2], shares[0]);
  const Dataset of_one = table_of({{{1}, 1}, {{9}, 1}}, 3);
  EXPECT_EQ(predict(build_svm(of_one, {}), of_one.row(0)),
            (std::vector<double>{0, 1, 0}));
}

}  // namespace
}  // namespace flowtell
