// SPDX-License-Identifier: Apache-2.0
#include "learn/evidence_fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/samples.h"

namespace flowtell {
namespace {

constexpr auto kSeen = static_cast<std::size_t>(NameMatch::kName);
constexpr auto kNever = static_cast<std::size_t>(NameMatch::kNever);

// Three apps, each with its own name and one shared name; the first column
// separates them.
Dataset three_apps() {
  std::vector<TestRow> rows;
  for (std::uint32_t capture = 0; capture < 12; ++capture) {
    const auto app = static_cast<AppId>(capture % 3);
    const std::string own = std::string(1, static_cast<char>('a' + app));
    const auto value = static_cast<float>(app);
    rows.push_back({{value, 0}, app, capture, 0, own + ".com"});
    rows.push_back({{value, 1}, app, capture, 0, "all.com"});
    rows.push_back({{value, 2}, app, capture, 1, ""});
  }
  return table_of(rows, 3);
}

CrossValidationOptions four_folds() {
  CrossValidationOptions options;
  options.folds = 4;
  options.forest.trees = 10;
  return options;
}

TEST(LeftOut, ScoresComeFromScorersOfTheOtherApps) {
  const Dataset data = three_apps();
  const DatasetScores scores = score_left_out(data, four_folds().forest);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    EXPECT_EQ(scores.shape.row(row)[data.labels[row]], 0);
    const std::string& name = data.names[data.facts[row].name];
    EXPECT_EQ(scores.names[row].match, name.empty()        ? NameMatch::kNoName
                                       : name == "all.com" ? NameMatch::kName
                                                           : NameMatch::kNever);
  }
}

TEST(Novelty, IsHighForUnseenNames) {
  const Dataset data = three_apps();
  const DatasetScores known = score_held_out(
      data, assign_folds(data, four_folds()), four_folds().forest);
  const Novelty novelty =
      fit_novelty(data, known, score_left_out(data, four_folds().forest));
  EXPECT_GT(novelty.prior, 0);
  // Both names of a known app were seen, and half of those of one left out.
  EXPECT_NEAR(novelty.name[kSeen], 0.5, 0.05);
  EXPECT_GT(novelty.name[kNever], 5);
  EXPECT_EQ(novelty.name[std::size_t(NameMatch::kNoName)], 1);
  // These forests are as confident on unseen shapes as on known ones.
  EXPECT_NEAR(novelty.shape.back(), 1, 0.1);
}

TEST(Novelty, NeverRisesWithTheForestsConfidence) {
  for (std::uint64_t seed = 1; seed < 10; ++seed) {
    const Dataset data = random_table(seed, {.rows = 90, .apps = 4});
    const DatasetScores known = score_held_out(
        data, assign_folds(data, four_folds()), four_folds().forest);
    const Novelty novelty =
        fit_novelty(data, known, score_left_out(data, four_folds().forest));
    for (std::size_t bin = 1; bin < Novelty::kBins; ++bin) {
      EXPECT_LE(novelty.shape[bin], novelty.shape[bin - 1]);
    }
  }
}

TEST(Novelty, BinsSharesAboveUniform) {
  EXPECT_EQ(Novelty::bin(0.25, 4), 0u);
  EXPECT_EQ(Novelty::bin(0.5, 2), 0u);
  EXPECT_EQ(Novelty::bin(0.75, 2), 5u);
  EXPECT_EQ(Novelty::bin(1, 5), 9u);
}

// A capture that repeats a name changes nothing.
TEST(Novelty, CountsANameOncePerCapture) {
  const Dataset data = three_apps();
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    const std::string& name = data.names[data.facts[row].name];
    rows.insert(rows.end(), name == "all.com" ? 9 : 1, row);
  }
  const Dataset repeated = data.select(rows);
  const auto names_of = [](const Dataset& of) {
    return fit_novelty(of,
                       score_held_out(of, assign_folds(of, four_folds()),
                                      four_folds().forest),
                       score_left_out(of, four_folds().forest))
        .name;
  };
  EXPECT_EQ(names_of(repeated), names_of(data));
}

// Ten apps make eight groups: the ninth app is left out with the first, the
// tenth with the second.
TEST(LeftOut, HasAtMostEightGroups) {
  Dataset data = random_table(
      5, {.rows = 300, .apps = 10, .captures = 20, .telling = false});
  data.apps.emplace_back("never seen");
  const DatasetScores scores = score_left_out(data, four_folds().forest);
  std::vector<std::set<AppId>> never(10);
  for (AppId app = 0; app < 10; ++app) {
    for (AppId other = 0; other < 10; ++other) {
      double highest = 0;
      for (std::size_t row = 0; row < data.rows(); ++row) {
        if (data.labels[row] != app) continue;
        highest = std::max(highest, scores.shape.row(row)[other]);
      }
      if (highest == 0) never[app].insert(other);
    }
  }
  EXPECT_EQ(never[0], (std::set<AppId>{0, 8}));
  EXPECT_EQ(never[1], (std::set<AppId>{1, 9}));
  EXPECT_EQ(never[7], std::set<AppId>{7});
  EXPECT_EQ(never[9], never[1]);
}

// Ten apps of one row each. Known apps have full confidence and seen names,
// apps left out have neither. Shares are smoothed by a tenth of an app.
TEST(Novelty, IsARatioOfSmoothedShares) {
  std::vector<TestRow> rows;
  for (AppId app = 0; app < 10; ++app) rows.push_back({{0}, app, app});
  const Dataset data = table_of(rows, 11);
  DatasetScores known(11, 10);
  DatasetScores left_out(11, 10);
  for (std::size_t row = 0; row < 10; ++row) {
    known.shape.row(row)[row] = 1;
    left_out.shape.row(row)[row] = 0.2;  // less than a tenth above one of eight
    known.names[row] = {1, NameMatch::kName};
    left_out.names[row] = {1, NameMatch::kNever};
  }
  const Novelty novelty = fit_novelty(data, known, left_out);
  EXPECT_EQ(novelty.prior, 0.02);
  EXPECT_NEAR(novelty.shape[0], 10.01 / 0.01, 1e-6);
  for (std::size_t bin = 1; bin < 9; ++bin) {
    EXPECT_NEAR(novelty.shape[bin], 1, 1e-9);
  }
  EXPECT_NEAR(novelty.shape[9], 0.01 / 10.01, 1e-9);
  EXPECT_EQ(novelty.name[std::size_t(NameMatch::kNoName)], 1);
  EXPECT_NEAR(novelty.name[kSeen], 0.025 / 10.025, 1e-9);
  EXPECT_NEAR(novelty.name[std::size_t(NameMatch::kDomain)], 1, 1e-9);
  EXPECT_NEAR(novelty.name[kNever], 10.025 / 0.025, 1e-6);
}

// Where apps left out get more confidence than known ones, bins are pooled
// until ratios fall.
TEST(Novelty, PoolsRatiosThatWouldRise) {
  const Dataset data = table_of({{{0}, 0, 0}, {{0}, 1, 1}, {{0}, 2, 2}}, 3);
  DatasetScores known(3, 3);
  DatasetScores left_out(3, 3);
  for (std::size_t row = 0; row < 3; ++row) {
    known.shape.row(row)[0] = 0.35;
    left_out.shape.row(row)[0] = 1;
  }
  for (const double ratio : fit_novelty(data, known, left_out).shape) {
    EXPECT_NEAR(ratio, 1, 1e-9);
  }
}

}  // namespace
}  // namespace flowtell
