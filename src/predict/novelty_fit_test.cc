// SPDX-License-Identifier: Apache-2.0
#include "predict/novelty_fit.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

constexpr auto kMet = static_cast<std::size_t>(NameMatch::kName);
constexpr auto kNever = static_cast<std::size_t>(NameMatch::kNever);

// Three apps, each with a name of its own and a name that all share; the first
// column tells them apart.
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

TEST(LeftOut, IsHeardFromWitnessesThatKnowTheOtherAppsAlone) {
  const Dataset data = three_apps();
  const Testimonies heard = hear_left_out(data, four_folds().forest);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    EXPECT_EQ(heard.shape.row(row)[data.labels[row]], 0);
    const std::string& name = data.names[data.facts[row].name];
    EXPECT_EQ(heard.words[row].match, name.empty()        ? NameMatch::kNoName
                                      : name == "all.com" ? NameMatch::kName
                                                          : NameMatch::kNever);
  }
}

TEST(Novelty, IsInNamesNeverMet) {
  const Dataset data = three_apps();
  const Testimonies known =
      hear_held_out(data, deal_folds(data, four_folds()), four_folds().forest);
  const Novelty novelty =
      fit_novelty(data, known, hear_left_out(data, four_folds().forest));
  EXPECT_GT(novelty.prior, 0);
  // Of a known app both names were met; of one left out, half of them.
  EXPECT_NEAR(novelty.name[kMet], 0.5, 0.05);
  EXPECT_GT(novelty.name[kNever], 5);
  EXPECT_EQ(novelty.name[std::size_t(NameMatch::kNoName)], 1);
  // These forests are as sure of a shape they never saw as of one they know.
  EXPECT_NEAR(novelty.shape.back(), 1, 0.1);
}

TEST(Novelty, NeverRisesWithTheForestsSureness) {
  for (std::uint64_t seed = 1; seed < 10; ++seed) {
    const Dataset data = random_table(seed, {.rows = 90, .apps = 4});
    const Testimonies known = hear_held_out(
        data, deal_folds(data, four_folds()), four_folds().forest);
    const Novelty novelty =
        fit_novelty(data, known, hear_left_out(data, four_folds().forest));
    for (std::size_t bin = 1; bin < Novelty::kBins; ++bin) {
      EXPECT_LE(novelty.shape[bin], novelty.shape[bin - 1]);
    }
  }
}

TEST(Novelty, TakesSharesAboveEqualOnes) {
  EXPECT_EQ(Novelty::bin(0.25, 4), 0u);
  EXPECT_EQ(Novelty::bin(0.5, 2), 0u);
  EXPECT_EQ(Novelty::bin(0.75, 2), 5u);
  EXPECT_EQ(Novelty::bin(1, 5), 9u);
}

// A name counts once a capture, so a capture that repeats it changes nothing.
TEST(Novelty, CountsANameOnceACapture) {
  const Dataset data = three_apps();
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    const std::string& name = data.names[data.facts[row].name];
    rows.insert(rows.end(), name == "all.com" ? 9 : 1, row);
  }
  const Dataset repeated = data.select(rows);
  const auto names_of = [](const Dataset& of) {
    return fit_novelty(of,
                       hear_held_out(of, deal_folds(of, four_folds()),
                                     four_folds().forest),
                       hear_left_out(of, four_folds().forest))
        .name;
  };
  EXPECT_EQ(names_of(repeated), names_of(data));
}

}  // namespace
}  // namespace flowtell
