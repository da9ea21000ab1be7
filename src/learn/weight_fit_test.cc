// SPDX-License-Identifier: Apache-2.0
//
// Uses scorers of known quality: of the flows with true probability
// `truly`, exactly that share is right.
#include "learn/evidence_fit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/samples.h"

namespace flowtell {
namespace {

constexpr EvidenceKinds kBoth{true, true, false};

struct ScoredData {
  Dataset data;
  DatasetScores scores;
};

// Raises the odds of a probability to a power, to overstate or understate it.
double overstated(double probability, double power) {
  const double odds = std::pow(probability / (1 - probability), power);
  return odds / (1 + odds);
}

// The score that becomes `probability` after smoothing, with two apps.
double unsmoothed(double probability) { return (probability - 0.01) / 0.98; }

// 400 flows for each probability, half of them of each app. Shape scores have
// their odds raised to a power; names are right half of the time.
ScoredData scored_data(double power) {
  std::vector<TestRow> rows;
  ScoredData made;
  made.scores = DatasetScores(2, 0);
  for (const double truly : {0.55, 0.6, 0.65, 0.7, 0.75}) {
    for (int i = 0; i < 400; ++i) {
      const auto app = static_cast<AppId>(i % 2);
      const bool is_right = i / 2 < 200 * truly - 1e-9;
      const bool names_right = (i / 2) % 2 == 0;
      const double shape = unsmoothed(overstated(truly, power));
      const auto add = [&](bool right, double sure, Probabilities& of) {
        const bool first = (app == 0) == right;
        of.values.insert(of.values.end(),
                         {first ? sure : 1 - sure, first ? 1 - sure : sure});
      };
      add(is_right, shape, made.scores.shape);
      add(names_right, 0.9, made.scores.name);
      rows.push_back({{0}, app, static_cast<std::uint32_t>(i % 2)});
    }
  }
  std::ranges::stable_sort(rows, {}, &TestRow::capture);
  // Sorts the scores like their rows.
  DatasetScores sorted(2, rows.size());
  std::size_t to = 0;
  for (std::size_t app = 0; app < 2; ++app) {
    for (std::size_t row = app; row < rows.size(); row += 2, ++to) {
      std::ranges::copy(std::span(made.scores.shape.values).subspan(2 * row, 2),
                        sorted.shape.row(to).begin());
      std::ranges::copy(std::span(made.scores.name.values).subspan(2 * row, 2),
                        sorted.name.row(to).begin());
    }
  }
  made.scores = std::move(sorted);
  made.data = table_of(rows, 2);
  return made;
}

TEST(FitWeights, LowerOverstatedScores) {
  const ScoredData sure = scored_data(2);
  EXPECT_NEAR(fit_weights(sure.data, sure.scores, kShape).shape, 0.5, 0.01);
}

TEST(FitWeights, RaiseUnderstatedScores) {
  const ScoredData shy = scored_data(0.5);
  EXPECT_NEAR(fit_weights(shy.data, shy.scores, kShape).shape, 2, 0.04);
}

TEST(FitWeights, KeepCalibratedScores) {
  const ScoredData fair = scored_data(1);
  EXPECT_NEAR(fit_weights(fair.data, fair.scores, kShape).shape, 1, 0.02);
}

TEST(FitWeights, IgnoreAScorerWithoutInformation) {
  const ScoredData fair = scored_data(1);
  EXPECT_LT(fit_weights(fair.data, fair.scores, kName).name, 0.05);
  const EvidenceWeights both = fit_weights(fair.data, fair.scores, kBoth);
  EXPECT_LT(both.name, 0.05);
  EXPECT_NEAR(both.shape, 1, 0.02);
}

TEST(FitWeights, KeepTheDefaultForUnusedScorers) {
  const ScoredData sure = scored_data(2);
  EXPECT_EQ(fit_weights(sure.data, sure.scores, kShape).name, 1);
  EXPECT_EQ(fit_weights(sure.data, sure.scores, kName).shape, 1);
}

// Ten flows of a burst with the same score, which is often wrong, must not
// count ten times.
TEST(FitWeights, DiscountRepetition) {
  constexpr EvidenceKinds kWithTime{true, false, true};
  std::vector<TestRow> rows;
  DatasetScores scores(2, 0);
  for (std::uint32_t capture = 0; capture < 40; ++capture) {
    const auto app = static_cast<AppId>(capture % 2);
    const bool is_right = capture < 30;  // three in four
    for (int flow = 0; flow < 10; ++flow) {
      rows.push_back({{0}, app, capture});
      const bool first = (app == 0) == is_right;
      scores.shape.values.push_back(unsmoothed(first ? 0.75 : 0.25));
      scores.shape.values.push_back(unsmoothed(first ? 0.25 : 0.75));
      scores.name.values.insert(scores.name.values.end(), {0.5, 0.5});
      scores.names.emplace_back();
      scores.unlike.push_back(0);
      scores.other.push_back(0);
    }
  }
  const Dataset data = table_of(rows, 2);
  EXPECT_NEAR(fit_weights(data, scores, kShape).shape, 1, 0.02);
  EXPECT_LT(fit_weights(data, scores, kWithTime).shape, 0.2);
}

// A scorer that is always right with moderate scores would get no bound.
TEST(FitWeights, StayWithinBounds) {
  std::vector<TestRow> rows;
  DatasetScores scores(2, 0);
  for (std::uint32_t capture = 0; capture < 40; ++capture) {
    const auto app = static_cast<AppId>(capture % 2);
    rows.push_back({{0}, app, capture});
    for (Probabilities* of : {&scores.shape, &scores.name}) {
      const double first = app == 0 ? 0.6 : 0.4;
      of->values.insert(of->values.end(), {first, 1 - first});
    }
    scores.names.push_back({capture, NameMatch::kName});
    scores.unlike.push_back(0);
    scores.other.push_back(0);
  }
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    const EvidenceWeights fitted =
        fit_weights(table_of(rows, 2), scores, kinds);
    EXPECT_LE(fitted.shape, kMaxWeight) << kinds.text();
    EXPECT_LE(fitted.name, kMaxWeight) << kinds.text();
    EXPECT_GT(std::max(fitted.shape, fitted.name), 3) << kinds.text();
  }
}

TEST(FitWeights, KeepTheDefaultForUniformScores) {
  const Dataset data = table_of({{{0}, 0, 0}, {{0}, 1, 1}}, 2);
  DatasetScores scores(2, 2);
  scores.shape.values = {0.7, 0.3, 0.3, 0.7};
  scores.name.values = {0.5, 0.5, 0.5, 0.5};
  EXPECT_EQ(fit_weights(data, scores, kName).name, 1);
}

// A name scorer that is right keeps its weight even where shape suffices, since
// it may be the only useful one on another network.
TEST(FitWeights, KeepAScorerThatAStrongerOneMakesRedundant) {
  std::vector<TestRow> rows;
  DatasetScores scores(2, 0);
  for (std::uint32_t capture = 0; capture < 40; ++capture) {
    const auto app = static_cast<AppId>(capture % 2);
    rows.push_back({{0}, app, capture});
    const double right = capture < 38 ? 0.95 : 0.05;
    const double known = capture < 30 ? 0.75 : 0.25;
    for (const auto& [of, sure] :
         {std::pair(&scores.shape, right), std::pair(&scores.name, known)}) {
      const double first = app == 0 ? sure : 1 - sure;
      of->values.insert(of->values.end(), {first, 1 - first});
    }
    scores.names.push_back({1, NameMatch::kName});
    scores.unlike.push_back(0);
    scores.other.push_back(0);
  }
  const EvidenceWeights both = fit_weights(table_of(rows, 2), scores, kBoth);
  EXPECT_GT(both.name, 0.3);
  EXPECT_GT(both.shape, 0.3);
}

// Two flows of app a, with 1/2 and 1/8; one of app b, with 1/16; none of app c.
TEST(LogLoss, IsTheMeanOfTheAppsMeans) {
  const Dataset data = table_of({{{0}, 0, 0}, {{0}, 0, 0}, {{0}, 1, 1}}, 3);
  Probabilities shares(3, 0);
  shares.values = {0.5,   0.25,   0.25,     // a
                   0.125, 0.5,    0.375,    // a
                   0.5,   0.0625, 0.4375};  // b
  EXPECT_NEAR(log_loss(data, shares), (2 + 4) / 2.0 * std::log(2), 1e-12);
  EXPECT_EQ(log_loss(data.select({}), Probabilities(3, 0)), 0);
}

}  // namespace
}  // namespace flowtell
