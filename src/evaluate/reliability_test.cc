// SPDX-License-Identifier: Apache-2.0
#include "evaluate/confidence.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

// A flow predicted as the first of two apps with this confidence.
struct Predicted {
  double confidence;
  bool is_right;
};

Reliability reliability_of(const std::vector<Predicted>& flows) {
  std::vector<TestRow> rows;
  Probabilities all(2, 0);
  for (const Predicted& flow : flows) {
    rows.push_back({{0}, flow.is_right ? AppId{0} : AppId{1}});
    all.values.insert(all.values.end(), {flow.confidence, 1 - flow.confidence});
  }
  return reliability(table_of(rows, 2), all);
}

// 0.9 and 0.92 are in the bin from 0.867 to 0.933, and 0.7 is in the bin from
// 0.667 to 0.733.
TEST(Reliability, BinsFlowsByConfidence) {
  const Reliability actual =
      reliability_of({{0.9, true}, {0.92, false}, {0.7, true}});
  EXPECT_EQ(actual.bins[13].flows, 2u);
  EXPECT_NEAR(actual.bins[13].confidence, 0.91, 1e-12);
  EXPECT_DOUBLE_EQ(actual.bins[13].right, 0.5);
  EXPECT_EQ(actual.bins[10].flows, 1u);
  EXPECT_DOUBLE_EQ(actual.bins[10].right, 1);
  EXPECT_EQ(actual.bins[14].flows, 0u);
  EXPECT_EQ(actual.bins[14].confidence, 0);
}

// Two thirds of the flows have an error of 0.41, one third of 0.3.
TEST(Reliability, ComputesTheExpectedCalibrationError) {
  const Reliability actual =
      reliability_of({{0.9, true}, {0.92, false}, {0.7, true}});
  EXPECT_NEAR(actual.expected_calibration_error, (2 * 0.41 + 0.3) / 3, 1e-12);
}

TEST(Reliability, HasNoErrorForCalibratedConfidences) {
  std::vector<Predicted> flows(7, {0.7, true});
  flows.resize(10, {0.7, false});
  EXPECT_NEAR(reliability_of(flows).expected_calibration_error, 0, 1e-12);
}

TEST(Reliability, PutsConfidenceOneIntoTheLastBin) {
  const Reliability actual = reliability_of({{1, true}, {1, false}});
  EXPECT_EQ(actual.bins[14].flows, 2u);
  EXPECT_NEAR(actual.expected_calibration_error, 0.5, 1e-12);
}

TEST(Reliability, IsZeroWithoutFlows) {
  const Dataset none = table_of({{{0}, 0}}, 2).select({});
  EXPECT_EQ(reliability(none, Probabilities(2, 0)).expected_calibration_error,
            0);
}

}  // namespace
}  // namespace flowtell
