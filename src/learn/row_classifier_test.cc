// SPDX-License-Identifier: Apache-2.0
#include "learn/row_classifier.h"

#include <gtest/gtest.h>

#include <algorithm>
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

// Captures of several bursts of several flows, with witnesses that say
// anything.
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
    said = DatasetScores(3, data.rows());
    for (Probabilities* of : {&said.shape, &said.name}) {
      for (std::size_t row = 0; row < data.rows(); ++row) {
        const double a = random.unit();
        const double b = (1 - a) * random.unit();
        const std::array<double, 3> all = {a, b, 1 - a - b};
        std::ranges::copy(all, of->row(row).begin());
      }
    }
  }
  // The rows of one capture alone.
  Probabilities classify_alone(std::uint32_t capture,
                               std::vector<std::uint32_t>& rows) const {
    for (std::uint32_t row = 0; row < data.rows(); ++row) {
      if (data.capture_of[row] == capture) rows.push_back(row);
    }
    DatasetScores own(3, rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::ranges::copy(said.shape.row(rows[i]), own.shape.row(i).begin());
      std::ranges::copy(said.name.row(rows[i]), own.name.row(i).begin());
    }
    return classify_captures(data.select(rows), own, equal_weights(), {});
  }

  Dataset data;
  DatasetScores said;
};

TEST(JudgeCaptures, JudgesEachAsIfItWereTheOnlyOne) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Case made(seed);
    const Probabilities all =
        classify_captures(made.data, made.said, equal_weights(), {});
    for (std::uint32_t capture = 0; capture < 4; ++capture) {
      std::vector<std::uint32_t> rows;
      const Probabilities alone = made.classify_alone(capture, rows);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_TRUE(std::ranges::equal(all.row(rows[i]), alone.row(i)));
      }
    }
  }
}

TEST(JudgeCaptures, WeighsEachRowAsItsFoldDoes) {
  Case made(1, 2);
  RowWeights weights{{{1, 1}, {0, 0}}, made.data.capture_of};
  const Probabilities all =
      classify_captures(made.data, made.said, weights, kShape);
  for (std::size_t row = 0; row < made.data.rows(); ++row) {
    for (std::size_t app = 0; app < 3; ++app) {
      const bool is_heard = made.data.capture_of[row] == 0;
      const double due =
          is_heard ? 0.98 * made.said.shape.row(row)[app] + 0.02 / 3 : 1.0 / 3;
      EXPECT_NEAR(all.row(row)[app], due, 1e-12);
    }
  }
}

// Two captures, of which only the first has something to say. The second leans
// on it in a day in which it follows: half a minute later, by an eighth.
TEST(JudgeTimeline, CarriesOverWhatWasBelieved) {
  const Dataset data = table_of({{{0}, 0, 0}, {{0}, 0, 1}}, 2);
  DatasetScores said(2, 2);
  said.shape.values = {1, 0, 0.5, 0.5};
  said.name.values = {0.5, 0.5, 0.5, 0.5};
  int followed = 0;
  int preceded = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const double lean =
        classify_timeline(data, said, equal_weights(), kShapeAndTime, seed)
            .row(1)[0] -
        0.5;
    if (lean > 1e-9) {
      EXPECT_NEAR(lean, 0.98 * 0.49 / 8, 1e-9);
      ++followed;
    } else {
      EXPECT_NEAR(lean, 0, 1e-9);
      ++preceded;
    }
  }
  EXPECT_GT(followed, 2) << "the order must hang on the seed";
  EXPECT_GT(preceded, 2);
  EXPECT_NEAR(
      classify_captures(data, said, equal_weights(), kShapeAndTime).row(1)[0],
      0.5, 1e-12);
}

// The day is one device's, whosever captures they were.
TEST(JudgeTimeline, IsOfOneDevice) {
  Dataset data = table_of({{{0}, 0, 0}, {{0}, 0, 1}}, 2);
  data.facts[1].device = *Address::parse("10.0.0.1");
  DatasetScores said(2, 2);
  said.shape.values = {1, 0, 1, 0};
  said.name.values = {0.5, 0.5, 0.5, 0.5};
  const auto day =
      classify_timeline(data, said, equal_weights(), kShapeAndTime, 1);
  EXPECT_NE(day.row(0)[0], day.row(1)[0]) << "whoever comes second is surer";
}

TEST(JudgeTimeline, IsTheSameDayForTheSameSeed) {
  const Case made(5, 8);
  const auto day = [&](std::uint64_t seed) {
    return classify_timeline(made.data, made.said, equal_weights(), {}, seed)
        .values;
  };
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    EXPECT_EQ(day(seed), day(seed));
    EXPECT_NE(day(seed), day(seed + 1));
  }
}

// Of a single capture a day is made that is that capture.
TEST(JudgeTimeline, OfOneCaptureIsTheCapture) {
  const Case made(2, 1);
  const auto alone =
      classify_captures(made.data, made.said, equal_weights(), {});
  const auto day =
      classify_timeline(made.data, made.said, equal_weights(), {}, 9);
  for (std::size_t at = 0; at < alone.values.size(); ++at) {
    EXPECT_NEAR(day.values[at], alone.values[at], 1e-12);
  }
}

TEST(JudgeTimeline, IsNothingWithoutRows) {
  const Case made(2);
  const DatasetScores none(3, 0);
  EXPECT_TRUE(
      classify_timeline(made.data.select({}), none, equal_weights(), {}, 1)
          .values.empty());
}

// From the time 0 on, half a minute from the last flow's end of one to the
// first flow's begin of the next, in whatever order a capture's flows stand.
TEST(Day, HasCapturesHalfAMinuteApart) {
  Dataset data = table_of(
      {{{0}, 0, 0}, {{0}, 0, 0, 1}, {{0}, 1, 1}, {{0}, 0, 2}, {{0}, 0, 2, 1}},
      2);
  data.facts[1].first = data.facts[0].first - 2s;
  data.facts[3].last = data.facts[4].last + 5s;
  std::set<std::vector<std::size_t>> orders;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto day = lay_out_day(data, seed);
    ASSERT_EQ(day.size(), 3U);
    std::vector<std::size_t> order;
    Timestamp now{};
    for (const CapturePlace& place : day) {
      order.push_back(place.begin);
      EXPECT_EQ(place.end, place.begin == 0 ? 2U : place.begin == 2 ? 3U : 5U);
      Timestamp first = Timestamp::max();
      Timestamp last{};
      for (std::size_t row = place.begin; row < place.end; ++row) {
        first = std::min(first, data.facts[row].first + place.shift);
        last = std::max(last, data.facts[row].last + place.shift);
      }
      EXPECT_EQ(first, now);
      now = last + 30s;
    }
    orders.insert(order);
  }
  EXPECT_EQ(orders.size(), 6U) << "every order comes up";
}

// A burst is as long as its flows, in whatever order they stand: ten seconds
// lie between the end of the first burst and the begin of the second, so a
// belief is worth half.
TEST(JudgeCaptures, TakesABurstFromItsFirstFlowToItsLast) {
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
  DatasetScores said(2, 4);
  said.shape.values = {1, 0, 1, 0, 0.5, 0.5, 0.5, 0.5};
  said.name.values.assign(8, 0.5);
  const auto judged =
      classify_captures(data, said, equal_weights(), kShapeAndTime);
  EXPECT_NEAR(judged.row(2)[0] - 0.5, 0.98 * (judged.row(1)[0] - 0.5) / 2,
              1e-9);
}

// Feeds the live judge with flows as they come out of the meter.
class LiveSink : public FlowSink {
 public:
  explicit LiveSink(ClassifierSession& classifier) : classifier_(classifier) {}
  void take(const Flow& flow) override { classifier_.add(flow); }
  void end_burst() override {
    for (const ClassifierSession::Classification& judged :
         classifier_.end_burst()) {
      values.insert(values.end(), judged.probabilities.begin(),
                    judged.probabilities.end());
    }
  }
  std::vector<double> values;

 private:
  ClassifierSession& classifier_;
};

// Capture files go one way as the rows of a dataset, and another through the
// judge that live links are judged by.
class JudgeCapturesBy : public testing::TestWithParam<Learner> {};
INSTANTIATE_TEST_SUITE_P(EachLearner, JudgeCapturesBy,
                         testing::Values(Learner::kForest, Learner::kSvm));

TEST_P(JudgeCapturesBy, SaysWhatTheLiveJudgeSays) {
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
  trees.deepest = 3;
  trees.learner = GetParam();
  const Scorers scorers = train_scorers(data, trees);
  Model model;
  model.apps = data.apps;
  model.feature_sets = options.features.set_names();
  model.columns = options.features.column_names();
  model.feature_identity = options.features.identity();
  model.forest = scorers.forest;
  model.svm = scorers.svm;
  model.names = scorers.names;
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    EvidenceWeights weights{0.5, 0.25};
    weights.novelty.prior = 0.1;
    weights.novelty.shape.fill(1.5);
    weights.novelty.name = {1, 0.5, 2, 3};
    model.weights[place_of(kinds)] = weights;
    const DatasetScores said = add(scorers, data, 1);
    const Probabilities due =
        classify_captures(data, said, {{weights}, {}}, kinds);
    ClassifierSession classifier = *ClassifierSession::make(model, kinds, {});
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
    EXPECT_EQ(live.values, due.values) << kinds.text();
  }
}

}  // namespace
}  // namespace flowtell
