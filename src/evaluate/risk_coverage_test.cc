// SPDX-License-Identifier: Apache-2.0
#include "evaluate/confidence.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "support/samples.h"

namespace flowtell {
namespace {

// A flow predicted as the first of two apps with this confidence.
struct Ranked {
  double confidence;
  bool is_right;
};

RiskCoverage curve_of(const std::vector<Ranked>& flows) {
  std::vector<TestRow> rows;
  Probabilities all(2, 0);
  for (const Ranked& flow : flows) {
    rows.push_back({{0}, flow.is_right ? AppId{0} : AppId{1}});
    all.values.insert(all.values.end(), {flow.confidence, 1 - flow.confidence});
  }
  return risk_coverage(table_of(rows, 2), all);
}

// In order of confidence: right, right, wrong, right.
TEST(RiskCoverage, NamesTheMostConfidentFlowsFirst) {
  const RiskCoverage curve =
      curve_of({{0.6, true}, {0.9, true}, {0.7, false}, {0.8, true}});
  const std::vector<double> floors = {0.9, 0.8, 0.7, 0.6};
  const std::vector<double> risks = {0, 0, 1.0 / 3, 1.0 / 4};
  ASSERT_EQ(curve.points.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_DOUBLE_EQ(curve.points[i].floor, floors[i]);
    EXPECT_DOUBLE_EQ(curve.points[i].coverage,
                     0.25 * static_cast<double>(i + 1));
    EXPECT_DOUBLE_EQ(curve.points[i].risk, risks[i]);
  }
  EXPECT_NEAR(curve.area, (1.0 / 3 + 1.0 / 4) / 4, 1e-12);
}

TEST(RiskCoverage, NamesFlowsOfEqualConfidenceTogether) {
  const RiskCoverage curve =
      curve_of({{0.9, true}, {0.8, false}, {0.8, true}, {0.8, true}});
  ASSERT_EQ(curve.points.size(), 2u);
  EXPECT_DOUBLE_EQ(curve.points[0].coverage, 0.25);
  EXPECT_DOUBLE_EQ(curve.points[1].coverage, 1);
  EXPECT_DOUBLE_EQ(curve.points[1].risk, 0.25);
  EXPECT_NEAR(curve.area, 0.75 * 0.25, 1e-12);
}

TEST(RiskCoverage, HasAboutOnePointPerPercent) {
  Random random(5);
  std::vector<Ranked> flows;
  for (int i = 0; i < 5000; ++i) {
    const double confidence = 0.5 + random.unit() / 2;
    flows.push_back({confidence, random.unit() < confidence});
  }
  const RiskCoverage curve = curve_of(flows);
  EXPECT_GE(curve.points.size(), 95u);
  EXPECT_LE(curve.points.size(), 102u);
  EXPECT_DOUBLE_EQ(curve.points.back().coverage, 1);
  for (std::size_t i = 1; i < curve.points.size(); ++i) {
    EXPECT_GT(curve.points[i].coverage, curve.points[i - 1].coverage);
    EXPECT_LT(curve.points[i].floor, curve.points[i - 1].floor);
  }
  // Confidence is informative here, so the mean risk is below the final one.
  EXPECT_LT(curve.area, curve.points.back().risk);
}

TEST(RiskCoverage, IsEmptyWithoutFlows) {
  const Dataset none = table_of({{{0}, 0}}, 2).select({});
  const RiskCoverage curve = risk_coverage(none, Probabilities(2, 0));
  EXPECT_TRUE(curve.points.empty());
  EXPECT_EQ(curve.area, 0);
}

}  // namespace
}  // namespace flowtell
