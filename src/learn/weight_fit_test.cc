// SPDX-License-Identifier: Apache-2.0
//
// Scorers whose worth is known beforehand: of the flows of which one should
// say `truly`, exactly so many are what it says.
#include "learn/weight_fit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/samples.h"

namespace flowtell {
namespace {

constexpr EvidenceKinds kBoth{true, true, false};

struct Witnessed {
  Dataset data;
  DatasetScores scores;
};

// A probability with its odds raised to a power: overstated or understated.
double overstated(double probability, double power) {
  const double odds = std::pow(probability / (1 - probability), power);
  return odds / (1 + odds);
}

// What a judge that doubts takes for `probability`, of two apps.
double before_doubt(double probability) { return (probability - 0.01) / 0.98; }

// Each probability is said of 400 flows, half of them of each app; the shape
// says it with its odds raised to a power, the name is right as often as not.
Witnessed scorers(double power) {
  std::vector<TestRow> rows;
  Witnessed made;
  made.scores = DatasetScores(2, 0);
  for (const double truly : {0.55, 0.6, 0.65, 0.7, 0.75}) {
    for (int i = 0; i < 400; ++i) {
      const auto app = static_cast<AppId>(i % 2);
      const bool is_right = i / 2 < 200 * truly - 1e-9;
      const bool names_right = (i / 2) % 2 == 0;
      const double shape = before_doubt(overstated(truly, power));
      const auto said = [&](bool right, double sure, Probabilities& of) {
        const bool first = (app == 0) == right;
        of.values.insert(of.values.end(),
                         {first ? sure : 1 - sure, first ? 1 - sure : sure});
      };
      said(is_right, shape, made.scores.shape);
      said(names_right, 0.9, made.scores.name);
      rows.push_back({{0}, app, static_cast<std::uint32_t>(i % 2)});
    }
  }
  std::ranges::stable_sort(rows, {}, &TestRow::capture);
  // The testimonies go with their rows.
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

TEST(FitWeights, FindWhatIsOverstated) {
  const Witnessed sure = scorers(2);
  EXPECT_NEAR(fit_weights(sure.data, sure.scores, kShape).shape, 0.5, 0.01);
}

TEST(FitWeights, FindWhatIsUnderstated) {
  const Witnessed shy = scorers(0.5);
  EXPECT_NEAR(fit_weights(shy.data, shy.scores, kShape).shape, 2, 0.04);
}

TEST(FitWeights, LeaveWhatIsTrueAsItIs) {
  const Witnessed fair = scorers(1);
  EXPECT_NEAR(fit_weights(fair.data, fair.scores, kShape).shape, 1, 0.02);
}

TEST(FitWeights, BelieveNoWitnessThatKnowsNothing) {
  const Witnessed fair = scorers(1);
  EXPECT_LT(fit_weights(fair.data, fair.scores, kName).name, 0.05);
  const EvidenceWeights both = fit_weights(fair.data, fair.scores, kBoth);
  EXPECT_LT(both.name, 0.05);
  EXPECT_NEAR(both.shape, 1, 0.02);
}

TEST(FitWeights, LeaveThoseAloneThatAreNotHeard) {
  const Witnessed sure = scorers(2);
  EXPECT_EQ(fit_weights(sure.data, sure.scores, kShape).name, 1);
  EXPECT_EQ(fit_weights(sure.data, sure.scores, kName).shape, 1);
}

// Ten flows of a burst that all say the same thing, though it is often wrong:
// together they must not be believed ten times over.
TEST(FitWeights, BelieveRepetitionLess) {
  constexpr EvidenceKinds kTimely{true, false, true};
  std::vector<TestRow> rows;
  DatasetScores said(2, 0);
  for (std::uint32_t capture = 0; capture < 40; ++capture) {
    const auto app = static_cast<AppId>(capture % 2);
    const bool is_right = capture < 30;  // three in four
    for (int flow = 0; flow < 10; ++flow) {
      rows.push_back({{0}, app, capture});
      const bool first = (app == 0) == is_right;
      said.shape.values.push_back(before_doubt(first ? 0.75 : 0.25));
      said.shape.values.push_back(before_doubt(first ? 0.25 : 0.75));
      said.name.values.insert(said.name.values.end(), {0.5, 0.5});
      said.words.emplace_back();
    }
  }
  const Dataset data = table_of(rows, 2);
  EXPECT_NEAR(fit_weights(data, said, kShape).shape, 1, 0.02);
  EXPECT_LT(fit_weights(data, said, kTimely).shape, 0.2);
}

// A witness that is always right with moderate words would be raised without
// end; what is fitted must be what a model file may hold.
TEST(FitWeights, StayWithinBounds) {
  std::vector<TestRow> rows;
  DatasetScores said(2, 0);
  for (std::uint32_t capture = 0; capture < 40; ++capture) {
    const auto app = static_cast<AppId>(capture % 2);
    rows.push_back({{0}, app, capture});
    for (Probabilities* of : {&said.shape, &said.name}) {
      const double first = app == 0 ? 0.6 : 0.4;
      of->values.insert(of->values.end(), {first, 1 - first});
    }
    said.words.push_back({capture, NameMatch::kName});
  }
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    const EvidenceWeights fitted = fit_weights(table_of(rows, 2), said, kinds);
    EXPECT_LE(fitted.shape, kMaxWeight) << kinds.text();
    EXPECT_LE(fitted.name, kMaxWeight) << kinds.text();
    EXPECT_GT(std::max(fitted.shape, fitted.name), 3) << kinds.text();
  }
}

TEST(FitWeights, StayAsTheyAreWhereAWitnessSaysNothing) {
  const Dataset data = table_of({{{0}, 0, 0}, {{0}, 1, 1}}, 2);
  DatasetScores said(2, 2);
  said.shape.values = {0.7, 0.3, 0.3, 0.7};
  said.name.values = {0.5, 0.5, 0.5, 0.5};
  EXPECT_EQ(fit_weights(data, said, kName).name, 1);
}

// Where shape says all there is to say, a name that is right is still believed:
// elsewhere it may be the only one that is.
TEST(FitWeights, KeepAWitnessThatAStrongerOneMakesNeedless) {
  std::vector<TestRow> rows;
  DatasetScores said(2, 0);
  for (std::uint32_t capture = 0; capture < 40; ++capture) {
    const auto app = static_cast<AppId>(capture % 2);
    rows.push_back({{0}, app, capture});
    const double right = capture < 38 ? 0.95 : 0.05;
    const double known = capture < 30 ? 0.75 : 0.25;
    for (const auto& [of, sure] :
         {std::pair(&said.shape, right), std::pair(&said.name, known)}) {
      const double first = app == 0 ? sure : 1 - sure;
      of->values.insert(of->values.end(), {first, 1 - first});
    }
    said.words.push_back({1, NameMatch::kName});
  }
  const EvidenceWeights both = fit_weights(table_of(rows, 2), said, kBoth);
  EXPECT_GT(both.name, 0.3);
  EXPECT_GT(both.shape, 0.3);
}

// Two flows of app a, which got 1/2 and 1/8; one of app b, which got 1/16; and
// of app c none.
TEST(LogLoss, IsTheMeanOfTheAppsMeans) {
  const Dataset data = table_of({{{0}, 0, 0}, {{0}, 0, 0}, {{0}, 1, 1}}, 3);
  Probabilities judged(3, 0);
  judged.values = {0.5,   0.25,   0.25,     // a
                   0.125, 0.5,    0.375,    // a
                   0.5,   0.0625, 0.4375};  // b
  EXPECT_NEAR(log_loss(data, judged), (2 + 4) / 2.0 * std::log(2), 1e-12);
  EXPECT_EQ(log_loss(data.select({}), Probabilities(3, 0)), 0);
}

}  // namespace
}  // namespace flowtell
