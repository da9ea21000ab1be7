// SPDX-License-Identifier: Apache-2.0
#include "learn/cross_validation.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "base/random.h"
#include "learn/scorers.h"
#include "support/samples.h"

namespace flowtell {
namespace {

CrossValidationOptions options_of(Split split, std::size_t folds = 5,
                                  std::uint64_t seed = 1) {
  CrossValidationOptions options;
  options.split = split;
  options.folds = folds;
  options.forest.trees = 20;
  options.forest.seed = seed;
  return options;
}

// `per_app[i]` captures of app i, with one to four flows each.
Dataset captures_of(const std::vector<std::size_t>& per_app) {
  std::vector<TestRow> rows;
  std::uint32_t capture = 0;
  for (AppId app = 0; app < per_app.size(); ++app) {
    for (std::size_t i = 0; i < per_app[app]; ++i, ++capture) {
      for (std::size_t flow = 0; flow <= i % 4; ++flow) {
        rows.push_back({{0}, app, capture});
      }
    }
  }
  return table_of(rows, per_app.size());
}

// Groups rows by `name(row)` and returns the folds of each group.
template <typename Name>
auto folds_by(const Dataset& data, const std::vector<std::uint32_t>& folds,
              Name&& name) {
  std::map<std::decay_t<decltype(name(std::size_t{0}))>,
           std::set<std::uint32_t>>
      found;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    found[name(row)].insert(folds[row]);
  }
  return found;
}

// Predictions of held-out rows.
Probabilities predict_held_out(const Dataset& data,
                               const CrossValidationOptions& options) {
  return score_held_out(data, assign_folds(data, options), options.forest)
      .shape;
}

double accuracy(const Dataset& data, Split split) {
  const Probabilities predicted = predict_held_out(data, options_of(split));
  double right = 0;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const auto shares = predicted.row(row);
    const auto best = std::ranges::max_element(shares) - shares.begin();
    if (best == data.labels[row]) ++right;
  }
  return right / static_cast<double>(data.rows());
}

TEST(Folds, NeverSplitACapture) {
  const Dataset data = captures_of({7, 3, 12});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto folds =
        assign_folds(data, options_of(Split::kByCapture, 5, seed));
    for (const auto& [capture, own] : folds_by(
             data, folds, [&](auto row) { return data.capture_of[row]; })) {
      EXPECT_EQ(own.size(), 1u) << "capture " << capture;
    }
  }
}

TEST(Folds, NeverSplitAGroup) {
  Dataset data = captures_of({7, 3, 12});
  for (std::size_t i = 0; i < data.captures.size(); ++i) {
    data.captures[i].group = fmt::format("day {}", i % 8);
  }
  const auto group = [&](std::size_t row) {
    return data.captures[data.capture_of[row]].group;
  };
  const auto by_group = assign_folds(data, options_of(Split::kByGroup));
  std::set<std::uint32_t> used;
  for (const auto& [name, own] : folds_by(data, by_group, group)) {
    EXPECT_EQ(own.size(), 1u) << name;
    used.insert(own.begin(), own.end());
  }
  EXPECT_EQ(used.size(), 5u);
  const auto by_capture = assign_folds(data, options_of(Split::kByCapture));
  const auto parted = folds_by(data, by_capture, group);
  EXPECT_TRUE(std::ranges::any_of(
      parted, [](const auto& entry) { return entry.second.size() > 1; }));
}

// Files of one session, as a manifest says.
TEST(Folds, KeepSessionsTogether) {
  Dataset data = random_table(1, {.rows = 120, .captures = 12});
  for (std::size_t i = 0; i < data.captures.size(); ++i) {
    data.captures[i].session = i % 2 == 0 ? "" : "evening";
  }
  const auto folds = assign_folds(data, options_of(Split::kByCapture));
  std::set<std::uint32_t> of_session;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    if (data.capture_of[row] % 2 == 1) of_session.insert(folds[row]);
  }
  EXPECT_EQ(of_session.size(), 1u);
}

TEST(Folds, FindTestableRows) {
  const Dataset data = random_table(1, {.rows = 60, .captures = 6});
  std::vector<std::uint32_t> folds(data.rows());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    // All rows of app 0 are in one fold, those of the others in several.
    folds[row] = data.labels[row] == 0 ? 1 : data.capture_of[row] % 2;
  }
  const auto rows = testable_rows(data, folds);
  for (const std::uint32_t row : rows) EXPECT_NE(data.labels[row], 0);
  EXPECT_EQ(rows.size(), data.rows() - data.flows_per_app()[0]);
  EXPECT_EQ(testable_rows(data, {}).size(), data.rows());
}

TEST(Folds, KeepSpansOfOneFileTogether) {
  Dataset data = captures_of({6, 6});
  for (CaptureRecord& capture : data.captures) capture.path = "day.pcap";
  data.captures[0].path = "other.pcap";
  const auto folds = assign_folds(data, options_of(Split::kByCapture));
  EXPECT_EQ(std::set(folds.begin() + 1, folds.end()).size(), 1u);
  EXPECT_NE(folds[0], folds[1]);
}

TEST(Folds, GetTheirShareOfEveryApp) {
  const std::vector<std::size_t> per_app = {7, 5, 12, 1};
  const Dataset data = captures_of(per_app);
  const auto folds = assign_folds(data, options_of(Split::kByCapture));
  std::map<AppId, std::map<std::uint32_t, std::set<std::uint32_t>>> captures;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    captures[data.labels[row]][folds[row]].insert(data.capture_of[row]);
  }
  for (AppId app = 0; app < per_app.size(); ++app) {
    for (std::uint32_t fold = 0; fold < 5; ++fold) {
      const std::size_t own = captures[app][fold].size();
      EXPECT_GE(own, per_app[app] / 5);
      EXPECT_LE(own, (per_app[app] + 4) / 5);
    }
  }
}

TEST(Folds, AreFewerForFewCaptures) {
  const Dataset data = captures_of({1, 2});
  const auto folds = assign_folds(data, options_of(Split::kByCapture, 10));
  EXPECT_EQ(std::set(folds.begin(), folds.end()),
            (std::set<std::uint32_t>{0, 1, 2}));
  EXPECT_TRUE(assign_folds(Dataset{}, options_of(Split::kByCapture)).empty());
}

TEST(Folds, AreCounted) {
  const Dataset data = captures_of({4, 3});
  EXPECT_EQ(count_folds(assign_folds(data, options_of(Split::kByCapture, 5))),
            5u);
  EXPECT_EQ(count_folds(assign_folds(data, options_of(Split::kByCapture, 9))),
            7u);
  EXPECT_EQ(count_folds({}), 0u);
}

TEST(Folds, SplitCapturesIfSplitByFlow) {
  const Dataset data = captures_of({4, 4});
  const auto folds = assign_folds(data, options_of(Split::kByFlow));
  const auto parted =
      folds_by(data, folds, [&](auto row) { return data.capture_of[row]; });
  EXPECT_TRUE(std::ranges::any_of(
      parted, [](const auto& entry) { return entry.second.size() > 1; }));
}

TEST(Split, HasTheNamesOfTheCommandLine) {
  EXPECT_EQ(split_name(Split::kByCapture), "by-capture");
  EXPECT_EQ(split_name(Split::kByGroup), "by-group");
  EXPECT_EQ(split_name(Split::kByFlow), "by-flow");
}

TEST(Folds, DependOnTheSeed) {
  const Dataset data = captures_of({10, 10});
  const auto folds = assign_folds(data, options_of(Split::kByCapture, 5, 3));
  EXPECT_EQ(assign_folds(data, options_of(Split::kByCapture, 5, 3)), folds);
  EXPECT_NE(assign_folds(data, options_of(Split::kByCapture, 5, 4)), folds);
}

RC_GTEST_PROP(FoldsProperty, TestEachRowOnceAndAreNeverEmpty,
              (std::uint64_t seed)) {
  Random random(seed);
  std::vector<std::size_t> per_app(1 + random.below(4));
  for (std::size_t& captures : per_app) captures = 1 + random.below(8);
  const Dataset data = captures_of(per_app);
  const std::size_t wanted = 2 + random.below(7);
  const auto folds =
      assign_folds(data, options_of(Split::kByCapture, wanted, seed));
  RC_ASSERT(folds.size() == data.rows());
  const std::set<std::uint32_t> used(folds.begin(), folds.end());
  RC_ASSERT(used.size() == std::min(wanted, data.captures.size()));
  RC_ASSERT(*used.rbegin() == used.size() - 1);
}

// Each capture has its own values and a random app, so a flow is recognisable
// only after training on flows of the same capture.
Dataset random_labels() {
  Random random(17);
  std::vector<TestRow> rows;
  for (std::uint32_t capture = 0; capture < 80; ++capture) {
    const auto app = static_cast<AppId>(random.below(2));
    const auto mark = static_cast<float>(random.unit());
    for (int flow = 0; flow < 6; ++flow) rows.push_back({{mark}, app, capture});
  }
  return table_of(rows, 2);
}

TEST(Folds, AreVisitedInOrderAndTestEachRowOnce) {
  std::string called;
  for_each_fold(std::vector<std::uint32_t>{1, 0, 2, 1},
                [&](const FoldRows& rows, std::uint32_t fold) {
                  called += fmt::format("{}: {} by {}. ", fold,
                                        fmt::join(rows.test, " "),
                                        fmt::join(rows.train, " "));
                });
  EXPECT_EQ(called, "0: 1 by 0 2 3. 1: 0 3 by 1 2. 2: 2 by 0 1 3. ");
}

TEST(Folds, AreSkippedWithoutTrainingRows) {
  const auto never = [](const FoldRows&, std::uint32_t) { ADD_FAILURE(); };
  for_each_fold(std::vector<std::uint32_t>{0, 0, 0}, never);
  for_each_fold({}, never);
}

TEST(Probabilities, PutCopiesRowsToTheirIndices) {
  Probabilities all(2, 3);
  Probabilities some(2, 2);
  some.values = {0.25, 0.75, 1, 0};
  all.put(std::vector<std::uint32_t>{2, 0}, some);
  EXPECT_EQ(all.values, (std::vector<double>{1, 0, 0, 0, 0.25, 0.75}));
}

TEST(CrossValidation, IsNoBetterThanChanceOnRandomLabels) {
  const Dataset data = random_labels();
  EXPECT_NEAR(accuracy(data, Split::kByCapture), 0.5, 0.15);
  EXPECT_GT(accuracy(data, Split::kByFlow), 0.95) << "by flow must leak";
}

TEST(CrossValidation, IsAccurateOnLearnableData) {
  EXPECT_GT(accuracy(random_table(3, {.rows = 300, .captures = 30}),
                     Split::kByCapture),
            0.99);
}

TEST(CrossValidation, ReturnsProbabilitiesForEachRow) {
  const Dataset data =
      random_table(3, {.rows = 200, .captures = 20, .telling = false});
  const Probabilities predicted =
      predict_held_out(data, options_of(Split::kByCapture));
  ASSERT_EQ(predicted.values.size(), data.rows() * 3);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const auto shares = predicted.row(row);
    EXPECT_NEAR(shares[0] + shares[1] + shares[2], 1, 1e-6) << row;
  }
}

// The reference trains on the other folds by hand.
TEST(CrossValidation, PredictsWithAForestOfTheOtherFolds) {
  const Dataset data =
      random_table(3, {.rows = 90, .captures = 9, .telling = false});
  const auto options = options_of(Split::kByCapture, 3);
  const auto folds = assign_folds(data, options);
  const Probabilities predicted = predict_held_out(data, options);
  for (std::uint32_t fold = 0; fold < 3; ++fold) {
    std::vector<std::uint32_t> train;
    for (std::uint32_t row = 0; row < data.rows(); ++row) {
      if (folds[row] != fold) train.push_back(row);
    }
    const Forest forest =
        build_forest(data.select(train), options.forest).forest;
    std::vector<double> expected(3);
    for (std::size_t row = 0; row < data.rows(); ++row) {
      if (folds[row] != fold) continue;
      forest.predict(data.row(row), expected);
      EXPECT_TRUE(std::ranges::equal(predicted.row(row), expected)) << row;
    }
  }
}

// Tasks have 512 rows; the last one is full, or has 1 or 511.
TEST(PredictAll, MatchesTheForestOnAnyNumberOfThreads) {
  for (const std::size_t rows : {1023U, 1024U, 1025U}) {
    const Dataset data = random_table(3, {.rows = rows, .telling = false});
    ForestOptions options;
    options.trees = 5;
    const Forest forest = build_forest(data, options).forest;
    std::vector<double> expected;
    std::vector<double> shares(3);
    for (std::size_t row = 0; row < data.rows(); ++row) {
      forest.predict(data.row(row), shares);
      expected.insert(expected.end(), shares.begin(), shares.end());
    }
    for (const int threads : {1, 3}) {
      EXPECT_EQ(predict_all(forest, data, threads).values, expected) << rows;
    }
  }
}

}  // namespace
}  // namespace flowtell
