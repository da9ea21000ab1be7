// SPDX-License-Identifier: Apache-2.0
#include "learn/evidence_fit.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "classify/verdict.h"
#include "support/samples.h"

namespace flowtell {
namespace {

struct Calibrated {
  Dataset data;
  Probabilities probabilities;
};

// Flows of two apps with calibrated confidences.
Calibrated calibrated(std::uint64_t seed, std::size_t flows) {
  Random random(seed);
  std::vector<TestRow> rows;
  Probabilities probabilities(2, 0);
  for (std::size_t i = 0; i < flows; ++i) {
    const double sure = 0.5 + random.unit() / 2;
    const bool is_right = random.unit() < sure;
    rows.push_back({{0},
                    static_cast<AppId>(is_right ? 0 : 1),
                    static_cast<std::uint32_t>(i)});
    probabilities.values.insert(probabilities.values.end(), {sure, 1 - sure});
  }
  return {table_of(rows, 2), probabilities};
}

struct Measured {
  double error;
  double coverage;
};

Measured apply(const ErrorTarget& error_target, const Calibrated& tested) {
  double named = 0;
  double wrong = 0;
  for (std::size_t row = 0; row < tested.data.rows(); ++row) {
    const Verdict verdict = reach_verdict(tested.probabilities.row(row), 0,
                                          {.floor = error_target.floor});
    if (verdict.is_unknown) continue;
    ++named;
    if (verdict.best != tested.data.labels[row]) ++wrong;
  }
  return {named == 0 ? 0 : wrong / named,
          named / static_cast<double>(tested.data.rows())};
}

TEST(ErrorTargets, AreMetOnTheFlowsTheyWereFittedOn) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Calibrated tested = calibrated(seed, 500);
    const ErrorTargets error_targets =
        fit_error_targets(tested.data, tested.probabilities);
    for (std::size_t step = 0; step < error_targets.size(); ++step) {
      const auto [error, coverage] = apply(error_targets[step], tested);
      EXPECT_LE(error, kErrorTargetStep * static_cast<double>(step + 1));
      EXPECT_NEAR(coverage, error_targets[step].coverage, 1e-12);
    }
  }
}

// Confidences are calibrated and uniform over 0.5 to 1, so one flow in twenty
// with at least 0.9 is wrong.
TEST(ErrorTargets, AreNearlyMetOnOtherFlows) {
  const Calibrated fitted_on = calibrated(1, 20'000);
  const ErrorTargets error_targets =
      fit_error_targets(fitted_on.data, fitted_on.probabilities);
  EXPECT_NEAR(error_targets[9].floor, 0.9, 0.02);
  EXPECT_NEAR(error_targets[9].coverage, 0.2, 0.04);
  const Calibrated others = calibrated(2, 20'000);
  EXPECT_NEAR(apply(error_targets[9], others).error, 0.05, 0.01);
}

TEST(ErrorTargets, NameMoreFlowsForLargerErrors) {
  const Calibrated tested = calibrated(3, 2000);
  const ErrorTargets error_targets =
      fit_error_targets(tested.data, tested.probabilities);
  for (std::size_t step = 1; step < error_targets.size(); ++step) {
    EXPECT_GE(error_targets[step].coverage, error_targets[step - 1].coverage);
    EXPECT_LE(error_targets[step].floor, error_targets[step - 1].floor);
  }
}

// Flows of equal confidence are named together or not at all.
TEST(ErrorTargets, TreatEqualConfidencesTogether) {
  std::vector<TestRow> rows;
  Probabilities all(2, 0);
  for (std::uint32_t i = 0; i < 100; ++i) {
    rows.push_back({{0}, static_cast<AppId>(i < 60 ? 0 : 1), i});
    all.values.insert(all.values.end(), {0.8, 0.2});
  }
  const ErrorTargets error_targets = fit_error_targets(table_of(rows, 2), all);
  EXPECT_EQ(error_targets[9].coverage, 0);
  EXPECT_EQ(error_targets[9].floor, 1);
  EXPECT_EQ(error_targets[81].coverage, 1) << "42 of 102 may be wrong";
}

// Fits `named` flows at 0.9, of which `wrong` are wrong.
ErrorTargets fitted(std::uint32_t named, std::uint32_t wrong) {
  std::vector<TestRow> rows;
  Probabilities all(2, 0);
  for (std::uint32_t i = 0; i < named; ++i) {
    rows.push_back({{0}, static_cast<AppId>(i < wrong ? 1 : 0), i});
    all.values.insert(all.values.end(), {0.9, 0.1});
  }
  return fit_error_targets(table_of(rows, 2), all);
}

// The smallest target error at which flows are named, in half percents.
int smallest_target(const ErrorTargets& error_targets) {
  for (std::size_t step = 0; step < error_targets.size(); ++step) {
    if (error_targets[step].coverage > 0) return static_cast<int>(step) + 1;
  }
  return 0;
}

// Computed by hand: (wrong + 1) / (named + 1), rounded up to half percents.
TEST(ErrorTargets, CountOneErrorMoreThanSeen) {
  EXPECT_EQ(smallest_target(fitted(18, 0)), 11) << "1 / 19 is 5.26 %";
  EXPECT_EQ(smallest_target(fitted(20, 0)), 10) << "1 / 21 is 4.76 %";
  EXPECT_EQ(smallest_target(fitted(198, 0)), 2) << "1 / 199 is 0.503 %";
  EXPECT_EQ(smallest_target(fitted(200, 0)), 1) << "1 / 201 is 0.498 %";
  EXPECT_EQ(smallest_target(fitted(100, 3)), 8) << "4 / 101 is 3.96 %";
  EXPECT_EQ(smallest_target(fitted(98, 3)), 9) << "4 / 99 is 4.04 %";
  EXPECT_EQ(smallest_target(fitted(2, 0)), 67) << "1 / 3 is 33.3 %";
  EXPECT_EQ(smallest_target(fitted(1, 1)), 0) << "2 / 2 is above all targets";
}

// With two flows of equal confidence and one wrong, the estimate is 2 / 3:
// above all targets, in either order.
TEST(ErrorTargets, DoNotNameOneOfTwoEqualConfidences) {
  for (const AppId first : {AppId{0}, AppId{1}}) {
    const auto second = static_cast<AppId>(1 - first);
    Probabilities all(2, 0);
    all.values = {0.9, 0.1, 0.9, 0.1};
    const ErrorTargets error_targets = fit_error_targets(
        table_of({{{0}, first, 0}, {{0}, second, 1}}, 2), all);
    EXPECT_EQ(smallest_target(error_targets), 0) << first;
  }
}

// Flows at 0.9, 0.8 and (wrong) 0.7 and 0.6.
TEST(ErrorTargets, UseTheConfidenceOfTheLastFlowNamed) {
  const Dataset data =
      table_of({{{0}, 0, 0}, {{0}, 0, 1}, {{0}, 1, 2}, {{0}, 1, 3}}, 2);
  Probabilities all(2, 0);
  all.values = {0.8, 0.2, 0.9, 0.1, 0.7, 0.3, 0.6, 0.4};
  const ErrorTargets error_targets = fit_error_targets(data, all);
  EXPECT_EQ(error_targets[65], ErrorTarget{}) << "1 / 3 is more than 33 %";
  EXPECT_EQ(error_targets[66], (ErrorTarget{0.8, 0.5}));
  EXPECT_EQ(error_targets[98], (ErrorTarget{0.8, 0.5}));
  EXPECT_EQ(error_targets[99], (ErrorTarget{0.7, 0.75})) << "2 / 4 is 50 %";
}

TEST(ErrorTargets, NameNothingWithoutFlows) {
  const Dataset none = table_of({{{0}, 0, 0}}, 2).select({});
  const ErrorTargets error_targets =
      fit_error_targets(none, Probabilities(2, 0));
  for (const ErrorTarget& error_target : error_targets)
    EXPECT_EQ(error_target, ErrorTarget{});
}

}  // namespace
}  // namespace flowtell
