// SPDX-License-Identifier: Apache-2.0
#include "learn/temperature_fit.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

// Four flows of two apps in two captures; `groups` are those of the captures.
Dataset grouped(const std::vector<std::string>& groups) {
  Dataset data =
      table_of({{{0}, 0, 0}, {{0}, 1, 1}, {{0}, 0, 2}, {{0}, 1, 3}}, 2);
  for (std::size_t i = 0; i < 4; ++i) data.captures[i].group = groups[i];
  return data;
}

TEST(NetworkFolds, AreTheGroups) {
  EXPECT_EQ(network_folds(grouped({"home", "home", "office", "office"})),
            (std::vector<std::uint32_t>{0, 0, 1, 1}));
}

// Without groups each capture is one of its own, of a single app.
TEST(NetworkFolds, NeedTwoGroupsOfTwoApps) {
  EXPECT_TRUE(network_folds(grouped({"1", "2", "3", "4"})).empty());
  EXPECT_TRUE(network_folds(grouped({"1", "1", "1", "1"})).empty());
  EXPECT_TRUE(network_folds(grouped({"1", "1", "2", "3"})).empty());
}

Probabilities sure(double confidence) {
  Probabilities all(2, 8);
  for (std::size_t row = 0; row < 8; ++row) {
    all.row(row)[0] = confidence;
    all.row(row)[1] = 1 - confidence;
  }
  return all;
}

// Each of the two apps is named right three times of four, with a confidence
// of 0.99.
Dataset eight_flows() {
  std::vector<TestRow> rows;
  for (std::uint32_t i = 0; i < 8; ++i) {
    rows.push_back({{0}, static_cast<AppId>(i / 4), i});
  }
  return table_of(rows, 2);
}
Probabilities three_of_four(double confidence) {
  Probabilities all = sure(confidence);
  for (const std::size_t row : {3u, 4u, 5u, 6u}) {
    std::swap(all.row(row)[0], all.row(row)[1]);
  }
  return all;
}

TEST(FitTemperature, MakesConfidenceAsHighAsAccuracy) {
  Probabilities probabilities = three_of_four(0.99);
  const double temperature = fit_temperature(eight_flows(), probabilities);
  EXPECT_GT(temperature, 3);
  temper(probabilities.row(0), temperature);
  EXPECT_NEAR(probabilities.row(0)[0], 0.75, 0.01);
}

TEST(FitTemperature, IsOneWhereConfidenceIsLow) {
  EXPECT_EQ(fit_temperature(eight_flows(), three_of_four(0.6)), 1);
}

TEST(FitTemperature, IsBounded) {
  const double temperature =
      fit_temperature(eight_flows(), three_of_four(1 - 1e-15));
  EXPECT_LE(temperature, kMaxTemperature);
  EXPECT_GT(temperature, kMaxTemperature - 0.1);
}

}  // namespace
}  // namespace flowtell
