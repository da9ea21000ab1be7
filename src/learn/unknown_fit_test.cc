// SPDX-License-Identifier: Apache-2.0
#include "learn/unknown_fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/random.h"
#include "support/samples.h"

namespace flowtell {
namespace {

using Id = UnknownColumnId;

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

ShapeOptions small_forest() {
  ShapeOptions options;
  options.trees = 10;
  return options;
}

TEST(LeftOutGroups, AreScoredByScorersOfTheOtherApps) {
  const Dataset data = three_apps();
  const LeftOutGroups groups(data);
  EXPECT_EQ(groups.apps_left(), 2U);
  const DatasetScores scores =
      score_held_out(data, groups.of_rows(), small_forest());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    EXPECT_EQ(scores.shape.row(row)[data.labels[row]], 0);
    EXPECT_EQ(scores.unlike[row], 1);
    const std::string& name = data.names[data.facts[row].name];
    EXPECT_EQ(scores.names[row].match, name.empty()        ? NameMatch::kNoName
                                       : name == "all.com" ? NameMatch::kName
                                                           : NameMatch::kNever);
  }
}

// One row of each of these apps.
LeftOutGroups groups_of(std::size_t apps, std::size_t unused_apps = 0) {
  std::vector<TestRow> rows;
  for (std::size_t app = 0; app < apps; ++app) {
    rows.push_back({{0},
                    static_cast<AppId>(app + unused_apps),
                    static_cast<std::uint32_t>(app)});
  }
  return LeftOutGroups(table_of(rows, apps + 2 * unused_apps));
}

// The ninth app is left out with the first, the tenth with the second.
TEST(LeftOutGroups, AreAtMostEight) {
  using Groups = std::vector<std::uint32_t>;
  EXPECT_EQ(groups_of(3).of_rows(), (Groups{0, 1, 2}));
  EXPECT_EQ(groups_of(10).of_rows(), (Groups{0, 1, 2, 3, 4, 5, 6, 7, 0, 1}));
  EXPECT_EQ(groups_of(3, 2).of_rows(), (Groups{0, 1, 2}))
      << "apps without flows belong to no group";
}

TEST(LeftOutGroups, CountTheAppsThatRemain) {
  EXPECT_EQ(groups_of(1).apps_left(), 0U);
  EXPECT_EQ(groups_of(2).apps_left(), 1U);
  EXPECT_EQ(groups_of(3).apps_left(), 2U);
  EXPECT_EQ(groups_of(8).apps_left(), 7U);
  EXPECT_EQ(groups_of(9).apps_left(), 7U) << "two apps are left out at once";
  EXPECT_EQ(groups_of(16).apps_left(), 14U);
  EXPECT_EQ(groups_of(17).apps_left(), 14U);
  EXPECT_EQ(groups_of(3, 2).apps_left(), 2U);
}

// Rows of apps with their columns.
struct Examples {
  Dataset data;
  UnknownExamples columns;
  std::vector<std::uint32_t> fold_of;

  UnknownModel fit() const { return fit_unknown(data, columns, fold_of); }
};

// Rows in `apps` apps and `folds` folds, in turn. The known columns are below
// `overlap` at random, those left out above 1 - `overlap`. Two columns are
// constant.
Examples random_examples(std::uint64_t seed, double overlap,
                         std::size_t rows = 120, std::size_t apps = 4,
                         std::uint32_t folds = 4) {
  Random random(seed);
  Examples examples;
  std::vector<TestRow> table;
  for (std::uint32_t row = 0; row < rows; ++row) {
    table.push_back({{0}, static_cast<AppId>(row % apps), row});
    examples.fold_of.push_back(row / 4 % folds);
    UnknownColumns known;
    UnknownColumns left_out;
    for (std::size_t i = 0; i < kUnknownColumns.size(); ++i) {
      known.values[i] = overlap * random.unit();
      left_out.values[i] = 1 - overlap * random.unit();
    }
    known[Id::kNamesRare] = left_out[Id::kNamesRare] = 0.25;
    known[Id::kNamesDomain] = left_out[Id::kNamesDomain] = 0;
    examples.columns.known.push_back(known);
    examples.columns.left_out.push_back(left_out);
  }
  examples.data = table_of(table, apps);
  return examples;
}

TEST(FitUnknown, SeparatesUnknownRows) {
  const Examples examples = random_examples(1, 0.4);
  const UnknownModel model = examples.fit();
  EXPECT_TRUE(model.is_fitted);
  for (const UnknownColumns& columns : examples.columns.known) {
    EXPECT_LT(model.score(columns), 0.25);
  }
  for (const UnknownColumns& columns : examples.columns.left_out) {
    EXPECT_GT(model.score(columns), 0.75);
  }
  EXPECT_LT(model.threshold(0.05), 0.25) << "between the two";
}

TEST(FitUnknown, GivesConstantColumnsNoWeight) {
  const UnknownModel model = random_examples(2, 0.6).fit();
  EXPECT_EQ(model.weights[Id::kNamesRare], 0);
  EXPECT_EQ(model.weights[Id::kNamesDomain], 0);
  for (const Id id :
       {Id::kEntropy, Id::kUnlike, Id::kSessionEntropy, Id::kSessionUnlike,
        Id::kNamesNever, Id::kNamesUnexplained}) {
    EXPECT_GT(model.weights[id], 0);
  }
}

// Without any information every row scores one half.
TEST(FitUnknown, ScoresOneHalfWithoutInformation) {
  Examples examples = random_examples(3, 0.5);
  examples.columns.left_out = examples.columns.known;
  const UnknownModel model = examples.fit();
  for (const UnknownColumns& columns : examples.columns.known) {
    EXPECT_NEAR(model.score(columns), 0.5, 1e-6);
  }
}

TEST(FitUnknown, KeepsTheMeansOfKnownRows) {
  const Examples examples = random_examples(4, 0.8);
  const UnknownModel model = examples.fit();
  for (const Id id : {Id::kEntropy, Id::kNamesRare, Id::kNamesUnexplained}) {
    double sum = 0;
    for (const UnknownColumns& columns : examples.columns.known) {
      sum += columns[id];
    }
    EXPECT_NEAR(model.typical[id], sum / 120, 1e-12);
  }
}

// The rows of app 1 are repeated nine times.
TEST(FitUnknown, WeighsEachAppAlike) {
  const Examples once = random_examples(5, 0.9);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < once.data.rows(); ++row) {
    rows.insert(rows.end(), once.data.labels[row] == 1 ? 9 : 1, row);
  }
  Examples repeated;
  repeated.data = once.data.select(rows);
  for (const std::uint32_t row : rows) {
    repeated.columns.known.push_back(once.columns.known[row]);
    repeated.columns.left_out.push_back(once.columns.left_out[row]);
    repeated.fold_of.push_back(once.fold_of[row]);
  }
  const UnknownModel one = once.fit();
  const UnknownModel nine = repeated.fit();
  EXPECT_NEAR(nine.bias, one.bias, 1e-6);
  for (std::size_t i = 0; i < kUnknownColumns.size(); ++i) {
    EXPECT_NEAR(nine.weights.values[i], one.weights.values[i], 1e-6);
    EXPECT_NEAR(nine.typical.values[i], one.typical.values[i], 1e-9);
  }
}

// Coefficients are larger where more apps say the same.
TEST(FitUnknown, TrustsManyAppsMoreThanFew) {
  const UnknownModel few = random_examples(6, 0.4, 120, 3).fit();
  const UnknownModel many = random_examples(6, 0.4, 120, 20).fit();
  EXPECT_GT(many.weights[Id::kEntropy], few.weights[Id::kEntropy]);
}

// The scores of the known rows, each by a model of the other folds.
std::vector<double> cross_fitted(const Examples& examples) {
  std::vector<double> scores(examples.data.rows());
  for_each_fold(examples.fold_of, [&](const FoldRows& rows, std::uint32_t) {
    Examples others;
    others.data = examples.data.select(rows.train);
    for (const std::uint32_t row : rows.train) {
      others.columns.known.push_back(examples.columns.known[row]);
      others.columns.left_out.push_back(examples.columns.left_out[row]);
      others.fold_of.push_back(examples.fold_of[row]);
    }
    const UnknownModel model = others.fit();
    for (const std::uint32_t row : rows.test) {
      scores[row] = model.score(examples.columns.known[row]);
    }
  });
  return scores;
}

struct Shares {
  double of_flows = 0;
  double of_apps = 0;  // the mean over the apps
};

// The shares of the rows for which `holds`.
template <typename Holds>
Shares shares_of(const Examples& examples, Holds&& holds) {
  const auto flows = examples.data.flows_per_app();
  Shares shares;
  for (std::size_t row = 0; row < examples.data.rows(); ++row) {
    if (!holds(row)) continue;
    const auto of_app = static_cast<double>(flows[examples.data.labels[row]]);
    shares.of_flows += 1 / static_cast<double>(examples.data.rows());
    shares.of_apps += 1 / of_app / static_cast<double>(flows.size());
  }
  return shares;
}

// At each step, at most that share of the known rows scores above the
// threshold, and of an app's on average; with those that score exactly the
// threshold it would be more. Scores are rounded to have ties.
TEST(FitUnknown, FindsThresholdsThatTheAllowedShareExceeds) {
  for (std::uint64_t seed = 1; seed < 5; ++seed) {
    Examples examples = random_examples(seed, 0.9, 157);
    // App 0 has most of the rows.
    for (std::uint32_t row = 0; row < 100; ++row) examples.data.labels[row] = 0;
    for (UnknownColumns& columns : examples.columns.known) {
      for (double& value : columns.values) value = std::round(value * 2) / 2;
    }
    const std::vector<double> by_others = cross_fitted(examples);
    const UnknownModel model = examples.fit();
    std::vector<double> own;
    for (const UnknownColumns& columns : examples.columns.known) {
      own.push_back(model.score(columns));
    }
    for (int step = 1; step <= 100; ++step) {
      const double allowed = step / 200.0 + 1e-9;
      const double threshold = model.threshold(step / 200.0);
      double at_least = 0;
      const std::vector<double>* const both[] = {&by_others, &own};
      for (const auto* scores : both) {
        const Shares above = shares_of(examples, [&](std::size_t row) {
          return (*scores)[row] > threshold;
        });
        EXPECT_LE(above.of_flows, allowed);
        EXPECT_LE(above.of_apps, allowed);
        const Shares with_equal = shares_of(examples, [&](std::size_t row) {
          return (*scores)[row] >= threshold;
        });
        at_least =
            std::max({at_least, with_equal.of_flows, with_equal.of_apps});
      }
      EXPECT_GT(at_least, allowed - 2e-9) << "no lower threshold would do";
    }
    EXPECT_TRUE(std::ranges::is_sorted(model.thresholds, std::greater<>()));
  }
}

// Known rows with equal columns are no stranger than each other, though the
// models of the folds score them a little differently.
TEST(FitUnknown, NamesKnownRowsThatAreAllAlike) {
  for (std::uint64_t seed = 1; seed < 10; ++seed) {
    Examples examples = random_examples(seed, 0.9);
    for (UnknownColumns& columns : examples.columns.known) {
      columns.values.fill(0.125);
    }
    const UnknownModel model = examples.fit();
    EXPECT_LE(model.score(examples.columns.known[0]), model.threshold(0.5));
  }
}

TEST(FitUnknown, IsBoundedForAnyColumns) {
  for (std::uint64_t seed = 1; seed < 40; ++seed) {
    Random random(seed);
    const std::size_t apps = 3 + random.below(10);
    Examples examples = random_examples(seed, 1, apps * 4, apps);
    for (auto* list : {&examples.columns.known, &examples.columns.left_out}) {
      for (UnknownColumns& columns : *list) {
        for (double& value : columns.values) {
          if (random.below(3) != 0) value = random.below(50) == 0 ? 1 : 0;
        }
      }
    }
    const UnknownModel model = examples.fit();
    for (const double weight : model.weights.values) {
      EXPECT_LT(std::abs(weight), 1e3) << seed;
    }
    for (const double threshold : model.thresholds) {
      EXPECT_TRUE(threshold >= 0 && threshold <= 1) << seed;
    }
    for (const UnknownColumns& columns : examples.columns.left_out) {
      const double score = model.score(columns);
      EXPECT_TRUE(score >= 0 && score <= 1) << seed;
    }
  }
}

}  // namespace
}  // namespace flowtell
