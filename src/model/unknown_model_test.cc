// SPDX-License-Identifier: Apache-2.0
#include "model/unknown_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace flowtell {
namespace {

std::string_view name_of(UnknownColumnId id) {
  return kUnknownColumns[static_cast<std::size_t>(id)].name;
}

TEST(UnknownColumns, ArePositionedByTheirIds) {
  EXPECT_EQ(name_of(UnknownColumnId::kEntropy), "entropy");
  EXPECT_EQ(name_of(UnknownColumnId::kUnlike), "unlike");
  EXPECT_EQ(name_of(UnknownColumnId::kOther), "other");
  EXPECT_EQ(name_of(UnknownColumnId::kSessionEntropy), "session_entropy");
  EXPECT_EQ(name_of(UnknownColumnId::kSessionUnlike), "session_unlike");
  EXPECT_EQ(name_of(UnknownColumnId::kSessionOther), "session_other");
  EXPECT_EQ(name_of(UnknownColumnId::kNamesNever), "names_never");
  EXPECT_EQ(name_of(UnknownColumnId::kNamesDomain), "names_domain");
  EXPECT_EQ(name_of(UnknownColumnId::kNamesRare), "names_rare");
  EXPECT_EQ(name_of(UnknownColumnId::kNamesUnexplained), "names_unexplained");
  EXPECT_EQ(static_cast<std::size_t>(UnknownColumnId::kNamesUnexplained),
            kUnknownColumns.size() - 1);
  std::set<std::string_view> names;
  for (const UnknownColumn& column : kUnknownColumns) names.insert(column.name);
  EXPECT_EQ(names.size(), kUnknownColumns.size());
}

TEST(UnknownModel, ScoresTheSigmoidOfTheWeightedColumns) {
  UnknownModel model;
  model.is_fitted = true;
  UnknownColumns columns;
  EXPECT_EQ(model.score(columns), 0.5);
  model.bias = -1.5;
  EXPECT_NEAR(model.score(columns), 1 / (1 + std::exp(1.5)), 1e-12);
  double logit = model.bias;
  for (std::size_t i = 0; i < kUnknownColumns.size(); ++i) {
    const auto number = static_cast<double>(i);
    columns.values[i] = 1 - number / 16;
    model.weights.values[i] = number / 4 - 0.5;
    logit += model.weights.values[i] * columns.values[i];
    EXPECT_NEAR(model.score(columns), 1 / (1 + std::exp(-logit)), 1e-12) << i;
  }
}

// At the bounds of a model file.
TEST(UnknownModel, ScoresFromZeroToOneForExtremeWeights) {
  UnknownModel model;
  model.is_fitted = true;
  UnknownColumns columns;
  columns.values.fill(1);
  model.weights.values.fill(1e6);
  EXPECT_EQ(model.score(columns), 1);
  model.weights.values.fill(-1e6);
  EXPECT_EQ(model.score(columns), 0);
}

TEST(UnknownModel, ScoresZeroIfNotFitted) {
  UnknownModel model;
  model.bias = 3;
  model.weights.values.fill(2);
  UnknownColumns columns;
  columns.values.fill(1);
  EXPECT_EQ(model.score(columns), 0);
  EXPECT_EQ(UnknownModel{}.threshold(0.05), 1) << "no score exceeds it";
}

// Of the hundred steps of half a percent, the one at or below the share.
TEST(UnknownModel, RoundsThresholdsDownToAStep) {
  UnknownModel model;
  for (std::size_t i = 0; i < model.thresholds.size(); ++i) {
    model.thresholds[i] = static_cast<double>(i + 1);
  }
  EXPECT_EQ(model.threshold(0.005), 1);
  EXPECT_EQ(model.threshold(0.0099), 1);
  EXPECT_EQ(model.threshold(0.01), 2);
  EXPECT_EQ(model.threshold(0.0549), 10);
  EXPECT_EQ(model.threshold(0.5), 100);
  EXPECT_EQ(model.threshold(0.75), 100) << "the last step";
  for (int i = 1; i <= 100; ++i) EXPECT_EQ(model.threshold(i / 200.0), i);
}

}  // namespace
}  // namespace flowtell
