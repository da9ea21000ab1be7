// SPDX-License-Identifier: Apache-2.0
#include "learn/row_classifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/random.h"
#include "capture/capture_file.h"
#include "classify/classifier_session.h"
#include "support/app_captures.h"
#include "support/samples.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

RowWeights equal_weights() { return {{EvidenceWeights{}}, {}}; }

Probabilities classify_timeline(const Dataset& data,
                                const DatasetScores& scores,
                                EvidenceKinds kinds, std::uint64_t seed) {
  return classify_rows(data, scores, equal_weights(), kinds,
                       arrange_timeline(data, seed));
}

// Captures of several bursts of several flows, with random scores.
struct Case {
  explicit Case(std::uint64_t seed, std::uint32_t captures = 4) {
    Random random(seed);
    std::vector<TestRow> rows;
    for (std::uint32_t capture = 0; capture < captures; ++capture) {
      const std::uint32_t bursts = 1 + random.below(3);
      for (std::uint32_t burst = 0; burst < bursts; ++burst) {
        const std::uint32_t flows = 1 + random.below(3);
        for (std::uint32_t i = 0; i < flows; ++i) {
          rows.push_back(
              {{0}, static_cast<AppId>(capture % 3), capture, burst});
        }
      }
    }
    data = table_of(rows, 3);
    scores = DatasetScores(3, data.rows());
    for (Probabilities* of : {&scores.shape, &scores.name}) {
      for (std::size_t row = 0; row < data.rows(); ++row) {
        const double a = random.unit();
        const double b = (1 - a) * random.unit();
        const std::array<double, 3> all = {a, b, 1 - a - b};
        std::ranges::copy(all, of->row(row).begin());
      }
    }
  }
  // Classifies one capture alone; appends its rows to `rows`.
  Probabilities classify_alone(std::uint32_t capture,
                               std::vector<std::uint32_t>& rows) const {
    for (std::uint32_t row = 0; row < data.rows(); ++row) {
      if (data.capture_of[row] == capture) rows.push_back(row);
    }
    DatasetScores own(3, rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::ranges::copy(scores.shape.row(rows[i]), own.shape.row(i).begin());
      std::ranges::copy(scores.name.row(rows[i]), own.name.row(i).begin());
    }
    return classify_captures(data.select(rows), own, equal_weights(), {});
  }

  Dataset data;
  DatasetScores scores;
};

TEST(ClassifyCaptures, ClassifiesEachCaptureIndependently) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Case made(seed);
    const Probabilities all =
        classify_captures(made.data, made.scores, equal_weights(), {});
    for (std::uint32_t capture = 0; capture < 4; ++capture) {
      std::vector<std::uint32_t> rows;
      const Probabilities alone = made.classify_alone(capture, rows);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_TRUE(std::ranges::equal(all.row(rows[i]), alone.row(i)));
      }
    }
  }
}

TEST(ClassifyCaptures, UsesTheWeightsOfEachRowsFold) {
  Case made(1, 2);
  RowWeights weights{{{1, 1}, {0, 0}}, made.data.capture_of};
  const Probabilities all =
      classify_captures(made.data, made.scores, weights, kShape);
  for (std::size_t row = 0; row < made.data.rows(); ++row) {
    for (std::size_t app = 0; app < 3; ++app) {
      const bool is_weighted = made.data.capture_of[row] == 0;
      const double expected =
          is_weighted ? 0.98 * made.scores.shape.row(row)[app] + 0.02 / 3
                      : 1.0 / 3;
      EXPECT_NEAR(all.row(row)[app], expected, 1e-12);
    }
  }
}

// All of weight on one column, as scores.
RowWeights weight_on(UnknownColumnId id) {
  EvidenceWeights weights;
  weights.unknown.is_fitted = true;
  weights.unknown.weights[id] = 1;
  return {{weights}, {}};
}

// The score of a column with weight 1.
double sigmoid(double value) { return 1 / (1 + std::exp(-value)); }

// In the second capture, only its own flows count.
TEST(ScoreUnknown, MeasuresEachCaptureIndependently) {
  const Dataset data = table_of({{{0}, 0, 0}, {{0}, 0, 0, 1}, {{0}, 1, 1}}, 2);
  DatasetScores scores(2, 3);
  scores.shape.values.assign(6, 0.5);
  scores.name.values.assign(6, 0.5);
  scores.unlike = {1, 1, 0};
  const auto actual = score_unknown(
      data, scores, weight_on(UnknownColumnId::kSessionUnlike), kShapeAndTime);
  EXPECT_NEAR(actual[0], sigmoid(1), 1e-12);
  EXPECT_NEAR(actual[1], sigmoid(1), 1e-12);
  EXPECT_NEAR(actual[2], sigmoid(0), 1e-12);
  EXPECT_EQ(score_unknown(data, scores, equal_weights(), kShapeAndTime),
            std::vector<double>(3, 0));
}

TEST(ScoreUnknown, UsesTheWeightsOfEachRowsFold) {
  const Dataset data = table_of({{{0}, 0, 0}, {{0}, 1, 1}}, 2);
  DatasetScores scores(2, 2);
  scores.shape.values.assign(4, 0.5);
  scores.name.values.assign(4, 0.5);
  scores.unlike = {1, 1};
  RowWeights weights = weight_on(UnknownColumnId::kUnlike);
  weights.of_fold.emplace_back();
  weights.of_fold[1].unknown = weights.of_fold[0].unknown;
  weights.of_fold[1].unknown.bias = 2;
  weights.fold_of = {1, 0};
  const auto actual = score_unknown(data, scores, weights, kShape);
  EXPECT_NEAR(actual[0], sigmoid(3), 1e-12);
  EXPECT_NEAR(actual[1], sigmoid(1), 1e-12);
}

// Entropies are relative to the number of trained apps.
TEST(MeasureUnknown, ScalesEntropyByTheTrainedApps) {
  const Dataset data = table_of({{{0}, 0, 0}}, 4);
  DatasetScores scores(4, 1);
  scores.shape.values = {0.5, 0.5, 0, 0};
  scores.name.values.assign(4, 0.25);
  const auto entropy = [&](std::size_t trained_apps) {
    return measure_unknown(data, scores, kShape,
                           trained_apps)[0][UnknownColumnId::kEntropy];
  };
  EXPECT_NEAR(entropy(4), 0.5, 1e-12);
  EXPECT_NEAR(entropy(2), 1, 1e-12);
  EXPECT_NEAR(entropy(1), 1, 1e-12) << "as with two";
}

// Two captures, of which only the first has flows unlike training. Where it
// comes second, the other one's flow is in its session: 30 s before it.
TEST(ScoreUnknown, GoesOnWithTheSessionOnATimeline) {
  const Dataset data = table_of({{{0}, 0, 0}, {{0}, 1, 1}}, 2);
  DatasetScores scores(2, 2);
  scores.shape.values.assign(4, 0.5);
  scores.name.values.assign(4, 0.5);
  scores.unlike = {1, 0};
  std::set<double> second;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto timeline =
        score_unknown(data, scores, weight_on(UnknownColumnId::kSessionUnlike),
                      kShapeAndTime, arrange_timeline(data, seed));
    second.insert(timeline[1]);
  }
  ASSERT_EQ(second.size(), 2U) << "the order must depend on the seed";
  // 30.05 s are between the ends of the two captures.
  const double decay = std::pow(0.5, 30.05 / 60);
  EXPECT_NEAR(*second.begin(), sigmoid(0), 1e-12);
  EXPECT_NEAR(*second.rbegin(), sigmoid(decay / (1 + decay)), 1e-12);
}

// Two captures, of which the second has uniform scores. Where it comes second,
// 30 s later, an eighth of the first one's evidence remains.
TEST(ClassifyTimeline, CarriesOverThePosterior) {
  const Dataset data = table_of({{{0}, 0, 0}, {{0}, 0, 1}}, 2);
  DatasetScores scores(2, 2);
  scores.shape.values = {1, 0, 0.5, 0.5};
  scores.name.values = {0.5, 0.5, 0.5, 0.5};
  int followed = 0;
  int preceded = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const double lean =
        classify_timeline(data, scores, kShapeAndTime, seed).row(1)[0] - 0.5;
    if (lean > 1e-9) {
      EXPECT_NEAR(lean, 0.98 * 0.49 / 8, 1e-9);
      ++followed;
    } else {
      EXPECT_NEAR(lean, 0, 1e-9);
      ++preceded;
    }
  }
  EXPECT_GT(followed, 2) << "the order must depend on the seed";
  EXPECT_GT(preceded, 2);
  EXPECT_NEAR(
      classify_captures(data, scores, equal_weights(), kShapeAndTime).row(1)[0],
      0.5, 1e-12);
}

// Captures of different devices count as one device.
TEST(ClassifyTimeline, TreatsAllCapturesAsOneDevice) {
  Dataset data = table_of({{{0}, 0, 0}, {{0}, 0, 1}}, 2);
  data.facts[1].device = *Address::parse("10.0.0.1");
  DatasetScores scores(2, 2);
  scores.shape.values = {1, 0, 1, 0};
  scores.name.values = {0.5, 0.5, 0.5, 0.5};
  const auto timeline = classify_timeline(data, scores, kShapeAndTime, 1);
  EXPECT_NE(timeline.row(0)[0], timeline.row(1)[0])
      << "the later one is more certain";
}

TEST(ClassifyTimeline, DependsOnTheSeed) {
  const Case made(5, 8);
  const auto timeline = [&](std::uint64_t seed) {
    return classify_timeline(made.data, made.scores, {}, seed).values;
  };
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    EXPECT_EQ(timeline(seed), timeline(seed));
    EXPECT_NE(timeline(seed), timeline(seed + 1));
  }
}

TEST(ClassifyTimeline, LeavesASingleCaptureUnchanged) {
  const Case made(2, 1);
  const auto alone =
      classify_captures(made.data, made.scores, equal_weights(), {});
  const auto timeline = classify_timeline(made.data, made.scores, {}, 9);
  for (std::size_t at = 0; at < alone.values.size(); ++at) {
    EXPECT_NEAR(timeline.values[at], alone.values[at], 1e-12);
  }
}

TEST(ClassifyTimeline, IsEmptyWithoutRows) {
  const Case made(2);
  const DatasetScores none(3, 0);
  EXPECT_TRUE(
      classify_timeline(made.data.select({}), none, {}, 1).values.empty());
}

// The first capture starts at time 0. From the last end in one capture to the
// first start in the next is 30 s, for any order of flows within a capture.
TEST(Timeline, HasCapturesThirtySecondsApart) {
  Dataset data = table_of(
      {{{0}, 0, 0}, {{0}, 0, 0, 1}, {{0}, 1, 1}, {{0}, 0, 2}, {{0}, 0, 2, 1}},
      2);
  data.facts[1].first = data.facts[0].first - 2s;
  data.facts[3].last = data.facts[4].last + 5s;
  std::set<std::vector<std::size_t>> orders;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto timeline = build_timeline(data, seed);
    ASSERT_EQ(timeline.size(), 3U);
    std::vector<std::size_t> order;
    Timestamp now{};
    for (const TimelineCapture& entry : timeline) {
      order.push_back(entry.begin);
      EXPECT_EQ(entry.end, entry.begin == 0 ? 2U : entry.begin == 2 ? 3U : 5U);
      Timestamp first = Timestamp::max();
      Timestamp last{};
      for (std::size_t row = entry.begin; row < entry.end; ++row) {
        first = std::min(first, data.facts[row].first + entry.shift);
        last = std::max(last, data.facts[row].last + entry.shift);
      }
      EXPECT_EQ(first, now);
      now = last + 30s;
    }
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 6U) << "every order must occur";
}

// A burst spans all its flows, in any order: 10 s are between the end of the
// first burst and the start of the second, so half of the evidence remains.
TEST(ClassifyCaptures, SpansABurstFromItsFirstFlowToItsLast) {
  Dataset data =
      table_of({{{0}, 0, 0}, {{0}, 0, 0}, {{0}, 1, 0, 1}, {{0}, 1, 0, 1}}, 2);
  const auto put = [&](std::size_t row, Duration first, Duration last) {
    data.facts[row].first = kTestStart + first;
    data.facts[row].last = kTestStart + last;
  };
  put(0, 0s, 5s);
  put(1, 1s, 2s);
  put(2, 16s, 17s);
  put(3, 15s, 16s);
  DatasetScores scores(2, 4);
  scores.shape.values = {1, 0, 1, 0, 0.5, 0.5, 0.5, 0.5};
  scores.name.values.assign(8, 0.5);
  const auto actual =
      classify_captures(data, scores, equal_weights(), kShapeAndTime);
  EXPECT_NEAR(actual.row(2)[0] - 0.5, 0.98 * (actual.row(1)[0] - 0.5) / 2,
              1e-9);
}

// Two captures of different apps, which began at different times.
Dataset two_apps() {
  Dataset data = table_of({{{0}, 0, 0},
                           {{0}, 0, 0, 1},
                           {{0}, 1, 1},
                           {{0}, 1, 1, 1},
                           {{0}, 1, 1, 1}},
                          2);
  const auto put = [&](std::size_t row, Duration first, Duration last) {
    data.facts[row].first = kTestStart + first;
    data.facts[row].last = kTestStart + last;
  };
  put(0, 0s, 2s);
  put(1, 10s, 11s);
  put(2, 100s + 3s, 100s + 4s);  // its capture's first burst is the next one
  put(3, 100s + 11s, 100s + 20s);
  put(4, 100s, 100s + 1s);
  data.facts[2].burst = 1;
  data.facts[3].burst = 2;
  data.facts[4].burst = 0;
  return data;
}

// Both captures begin at time 0. Bursts overlap or follow within a second, or
// stay apart.
TEST(ArrangeMixed, JoinsTheBurstsOfTwoCaptures) {
  const Arrangement mixed = arrange_mixed(two_apps(), equal_weights(), 1);
  EXPECT_EQ(mixed.rows, (std::vector<std::uint32_t>{0, 4, 2, 1, 3}));
  ASSERT_EQ(mixed.bursts.size(), 2U);
  EXPECT_TRUE(mixed.bursts[0].begins_stream);
  EXPECT_FALSE(mixed.bursts[1].begins_stream);
  EXPECT_EQ(mixed.bursts[0].end, 3U);
  EXPECT_EQ(mixed.bursts[0].first, Timestamp{});
  EXPECT_EQ(mixed.bursts[0].last, Timestamp{} + 4s);
  EXPECT_EQ(mixed.bursts[1].first, Timestamp{} + 10s);
  EXPECT_EQ(mixed.bursts[1].last, Timestamp{} + 20s);
}

TEST(ArrangeMixed, KeepsBurstsApartBeyondTheGap) {
  Dataset data = two_apps();
  data.burst_gap = 999ms;
  EXPECT_EQ(arrange_mixed(data, equal_weights(), 1).bursts.size(), 3U);
}

// Each capture occurs at most once, with one of another app and the same fold.
TEST(ArrangeMixed, PairsAppsWithinAFold) {
  Case made(3, 30);
  RowWeights weights = equal_weights();
  for (const std::uint32_t capture : made.data.capture_of) {
    weights.fold_of.push_back(capture % 2);
  }
  std::set<std::vector<std::uint32_t>> arrangements;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Arrangement mixed = arrange_mixed(made.data, weights, seed);
    EXPECT_EQ(mixed.rows, arrange_mixed(made.data, weights, seed).rows);
    arrangements.insert(mixed.rows);
    std::vector<std::set<std::uint32_t>> streams;
    for (const Arrangement::Burst& burst : mixed.bursts) {
      if (burst.begins_stream) streams.emplace_back();
      for (std::size_t i = burst.begin; i < burst.end; ++i) {
        streams.back().insert(made.data.capture_of[mixed.rows[i]]);
      }
    }
    std::set<std::uint32_t> captures;
    for (const auto& pair : streams) {
      ASSERT_EQ(pair.size(), 2U);
      EXPECT_NE(*pair.begin() % 3, *pair.rbegin() % 3) << "the apps";
      EXPECT_EQ(*pair.begin() % 2, *pair.rbegin() % 2) << "the folds";
      captures.insert(pair.begin(), pair.end());
    }
    EXPECT_EQ(captures.size(), 2 * streams.size());
    EXPECT_GE(captures.size(), 20U);
  }
  EXPECT_EQ(arrangements.size(), 5U) << "the pairs must depend on the seed";
}

TEST(ArrangeMixed, LeavesOutCapturesWithoutAPartner) {
  EXPECT_TRUE(
      arrange_mixed(Case(2, 1).data, equal_weights(), 1).bursts.empty());
}

// Classifies flows from the meter with a ClassifierSession.
class LiveSink : public FlowSink {
 public:
  explicit LiveSink(ClassifierSession& classifier) : classifier_(classifier) {}
  void take(const Flow& flow) override { classifier_.add(flow); }
  void end_burst() override {
    for (const ClassifierSession::Classification& result :
         classifier_.end_burst()) {
      values.insert(values.end(), result.probabilities.begin(),
                    result.probabilities.end());
      unknown_scores.push_back(result.verdict.unknown_score);
    }
  }
  std::vector<double> values;
  std::vector<double> unknown_scores;

 private:
  ClassifierSession& classifier_;
};

// Compares classification of dataset rows with a live session on the same
// files.
class ClassifyCapturesBy : public testing::TestWithParam<Learner> {};
INSTANTIATE_TEST_SUITE_P(EachLearner, ClassifyCapturesBy,
                         testing::Values(Learner::kForest, Learner::kSvm));

TEST_P(ClassifyCapturesBy, MatchesTheLiveSession) {
  const TemporaryFolder folder;
  put_app_captures(folder, "home", 30, 2);
  const std::string path = folder / "home";
  LoadOptions options;
  options.features = *FeatureList::parse("robust");
  options.flow.names = true;
  const auto captures = find_labelled_captures(path);
  ASSERT_TRUE(captures);
  const Dataset data = load_dataset(*captures, options)->dataset;
  ShapeOptions trees;
  trees.trees = 5;
  trees.max_depth = 3;
  trees.learner = GetParam();
  const Scorers scorers = train_scorers(data, trees);
  ASSERT_FALSE(scorers.other_forest.trees.empty());
  Model model;
  model.apps = data.apps;
  model.feature_sets = options.features.set_names();
  model.columns = options.features.column_names();
  model.feature_identity = options.features.identity();
  model.forest = scorers.forest;
  model.svm = scorers.svm;
  model.names = scorers.names;
  model.known_rows = scorers.known_rows;
  model.other_forest = scorers.other_forest;
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    EvidenceWeights weights{0.5, 0.25};
    weights.unknown.is_fitted = true;
    weights.unknown.bias = -0.5;
    for (std::size_t i = 0; i < kUnknownColumns.size(); ++i) {
      weights.unknown.weights.values[i] = 1 + 0.25 * static_cast<double>(i);
    }
    model.weights[index_of(kinds)] = weights;
    const DatasetScores scores = score(scorers, data, 1);
    const Probabilities expected =
        classify_captures(data, scores, {{weights}, {}}, kinds);
    ClassifierSession classifier(*Classifier::make(model, kinds, {}));
    LiveSink live(classifier);
    for (const LabelledCapture& capture : *captures) {
      classifier.begin_capture();
      FlowMeter meter(options.flow, live);
      const auto source = open_capture(capture.path);
      ASSERT_TRUE(source);
      std::array<Frame, 8> batch;
      while (const std::size_t count = (*source)->read(batch)) {
        for (const Frame& frame : std::span(batch).first(count)) {
          meter.add(frame);
        }
      }
      meter.finish();
    }
    EXPECT_EQ(live.values, expected.values) << kinds.text();
    const std::vector<double> unknown =
        score_unknown(data, scores, {{weights}, {}}, kinds);
    EXPECT_EQ(live.unknown_scores, unknown) << kinds.text();
    if (!kinds.shape) continue;  // the captures have no names
    EXPECT_NE(std::set<double>(unknown.begin(), unknown.end()).size(), 1U)
        << "the flows must differ";
  }
}

}  // namespace
}  // namespace flowtell
