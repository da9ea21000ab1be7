// SPDX-License-Identifier: Apache-2.0
#include "evaluate/reliability.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

// Flows of two apps, all judged to be the first with these confidences; those
// marked are.
struct Said {
  double confidence;
  bool is_right;
};

Reliability reliability_of(const std::vector<Said>& flows) {
  std::vector<TestRow> rows;
  Probabilities said(2, 0);
  for (const Said& flow : flows) {
    rows.push_back({{0}, flow.is_right ? AppId{0} : AppId{1}});
    said.values.insert(said.values.end(),
                       {flow.confidence, 1 - flow.confidence});
  }
  return reliability(table_of(rows, 2), said);
}

// 0.9 and 0.92 are of the bin from 0.867 to 0.933, 0.7 of that from 0.667 to
// 0.733.
TEST(Reliability, SortsFlowsByTheirConfidence) {
  const Reliability found =
      reliability_of({{0.9, true}, {0.92, false}, {0.7, true}});
  EXPECT_EQ(found.bins[13].flows, 2u);
  EXPECT_NEAR(found.bins[13].confidence, 0.91, 1e-12);
  EXPECT_DOUBLE_EQ(found.bins[13].right, 0.5);
  EXPECT_EQ(found.bins[10].flows, 1u);
  EXPECT_DOUBLE_EQ(found.bins[10].right, 1);
  EXPECT_EQ(found.bins[14].flows, 0u);
  EXPECT_EQ(found.bins[14].confidence, 0);
}

// Two thirds of the flows are off by 0.41, one third by 0.3.
TEST(Reliability, ErrsByTheMeanDistanceOfConfidencesFromWhatWasRight) {
  const Reliability found =
      reliability_of({{0.9, true}, {0.92, false}, {0.7, true}});
  EXPECT_NEAR(found.calibration_error, (2 * 0.41 + 0.3) / 3, 1e-12);
}

TEST(Reliability, ErrsNotWhereConfidencesKeepTheirWord) {
  std::vector<Said> flows(7, {0.7, true});
  flows.resize(10, {0.7, false});
  EXPECT_NEAR(reliability_of(flows).calibration_error, 0, 1e-12);
}

TEST(Reliability, CountsCertaintyToTheLastBin) {
  const Reliability found = reliability_of({{1, true}, {1, false}});
  EXPECT_EQ(found.bins[14].flows, 2u);
  EXPECT_NEAR(found.calibration_error, 0.5, 1e-12);
}

TEST(Reliability, OfNoFlowsIsNothing) {
  const Dataset none = table_of({{{0}, 0}}, 2).select({});
  EXPECT_EQ(reliability(none, Probabilities(2, 0)).calibration_error, 0);
}

}  // namespace
}  // namespace flowtell
