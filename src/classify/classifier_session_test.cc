// SPDX-License-Identifier: Apache-2.0
#include "classify/classifier_session.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/flow_collector.h"
#include "support/packets.h"
#include "support/samples.h"

namespace flowtell {
namespace {

// Has all flows judged, and keeps what came of it: a row a flow.
class JudgingSink : public FlowSink {
 public:
  JudgingSink(const Model& model, EvidenceKinds kinds, UnknownRule rule = {})
      : classifier(*ClassifierSession::make(model, kinds, rule)) {}

  void take(const Flow& flow) override {
    classifier.add(flow);
    ++heard_;
  }
  void end_burst() override {
    const auto all = classifier.end_burst();
    EXPECT_EQ(all.size(), heard_);
    heard_ = 0;
    for (const ClassifierSession::Classification& judged : all) {
      rows.emplace_back(judged.probabilities.begin(),
                        judged.probabilities.end());
      verdicts.push_back(judged.verdict);
    }
  }
  void take_early(const Flow& flow) override {
    const auto judged = classifier.classify_early(flow);
    early.emplace_back(judged.probabilities.begin(),
                       judged.probabilities.end());
  }

  std::vector<std::vector<double>> rows;
  std::vector<std::vector<double>> early;
  std::vector<Verdict> verdicts;
  ClassifierSession classifier;

 private:
  std::size_t heard_ = 0;
};

JudgingSink judge_story(const Model& model, EvidenceKinds kinds,
                        UnknownRule rule = {}, FlowOptions options = {}) {
  JudgingSink sink(model, kinds, rule);
  FlowTable table(options, sink);
  const PacketStory story = three_bursts();
  for (const Packet& packet : story) table.add(packet);
  table.finish();
  return sink;
}

// What the plain forest says of a flow.
std::vector<double> forest_shares(const Model& model, const Flow& flow) {
  const FeatureList features = *model.features();
  FlowSeries series;
  series.assign(flow);
  std::vector<double> row(features.width());
  features.measure(series, row);
  std::vector<double> shares(model.apps.size());
  model.forest.predict(std::vector<float>(row.begin(), row.end()), shares);
  return shares;
}

// The plain forest's shares of all flows, in their order.
std::vector<std::vector<double>> plain_shares(const Model& model) {
  class Sink : public FlowSink {
   public:
    explicit Sink(const Model& from) : model(from) {}
    void take(const Flow& flow) override {
      rows.push_back(forest_shares(model, flow));
    }
    const Model& model;
    std::vector<std::vector<double>> rows;
  } sink(model);
  FlowTable table(FlowOptions{}, sink);
  const PacketStory story = three_bursts();
  for (const Packet& packet : story) table.add(packet);
  table.finish();
  return sink.rows;
}

// The twin: a doubt of 2 %, the fitted power, a sum of 1. (That any other app
// may be the one is left to the burst judge's own tests.)
TEST(ClassifierSession, WeighsWhatThePlainForestSays) {
  for (std::uint64_t seed = 1; seed < 6; ++seed) {
    Model model = small_model(seed);
    model.weights[place_of(kShape)].novelty = {};
    const double weight = model.weights[place_of(kShape)].shape;
    const auto said = plain_shares(model);
    const JudgingSink judged = judge_story(model, kShape);
    ASSERT_EQ(said.size(), 4u);
    ASSERT_EQ(judged.rows.size(), 4u);
    for (std::size_t flow = 0; flow < 4; ++flow) {
      std::vector<double> due;
      double sum = 0;
      for (const double share : said[flow]) {
        due.push_back(std::pow(0.98 * share + 0.02 / 3, weight));
        sum += due.back();
      }
      for (std::size_t app = 0; app < 3; ++app) {
        EXPECT_NEAR(judged.rows[flow][app], due[app] / sum, 1e-12);
      }
      const auto best = std::ranges::max_element(judged.rows[flow]);
      EXPECT_EQ(judged.verdicts[flow].best, best - judged.rows[flow].begin());
      EXPECT_EQ(judged.verdicts[flow].confidence, *best);
    }
  }
}

// The twin: the burst judge, told by hand what the forest says and when.
TEST(ClassifierSession, WeighsBurstsInTheirTime) {
  const EvidenceKinds kinds{true, false, true};
  const Model model = small_model();
  const auto said = plain_shares(model);
  const JudgingSink judged = judge_story(model, kinds);
  ASSERT_EQ(judged.rows.size(), 4u);

  DeviceFilter twin(kinds, 3);
  const FlowCollector collected = collect(three_bursts());
  std::size_t begin = 0;
  for (const std::size_t end : collected.burst_ends) {
    DeviceFilter::Burst burst;
    std::vector<double> shape;
    burst.device = collected.flows[begin].device;
    burst.first = collected.flows[begin].first;
    burst.last = burst.first;
    for (std::size_t flow = begin; flow < end; ++flow) {
      shape.insert(shape.end(), said[flow].begin(), said[flow].end());
      burst.last = std::max(burst.last, collected.flows[flow].last);
    }
    burst.scores.shape = shape;
    const std::vector<NameEvidence> words(end - begin);
    burst.scores.words = words;
    burst.weights = model.weights[place_of(kinds)];
    std::vector<double> due(shape.size());
    twin.classify(burst, due);
    for (std::size_t i = 0; i < due.size(); ++i) {
      EXPECT_EQ(judged.rows[begin + i / 3][i % 3], due[i]);
    }
    begin = end;
  }
  EXPECT_EQ(begin, 4u);
  EXPECT_NE(judged.rows, judge_story(model, kShape).rows)
      << "time must say something here";
}

TEST(ClassifierSession, RemembersNothingOfFlowsShownEarly) {
  const Model model = small_model();
  FlowOptions options;
  options.early_packets = 2;
  const JudgingSink with = judge_story(model, {}, {}, options);
  const JudgingSink without = judge_story(model, {});
  EXPECT_EQ(with.early.size(), 4u);
  EXPECT_EQ(without.early.size(), 0u);
  EXPECT_EQ(with.rows, without.rows);
}

// The first flow of all is early judged with nothing before it; a flow of a
// later burst leans on what its device did.
TEST(ClassifierSession, LetsFlowsShownEarlyLeanOnTheBurstsBefore) {
  Model model = small_model();
  FlowOptions options;
  options.early_packets = 2;
  const EvidenceKinds timely{true, false, true};
  model.weights.fill({});
  const JudgingSink with = judge_story(model, timely, {}, options);
  const JudgingSink without = judge_story(model, kShape, {}, options);
  ASSERT_EQ(with.early.size(), 4u);
  for (std::size_t app = 0; app < 3; ++app) {
    EXPECT_NEAR(with.early[0][app], without.early[0][app], 1e-12);
    EXPECT_NEAR(with.early[3][app], without.early[3][app], 1e-12);
  }
  EXPECT_GT(std::abs(with.early[2][0] - without.early[2][0]), 1e-6);
}

TEST(ClassifierSession, ForgetsAllDevicesWhenACaptureBegins) {
  const Model model = small_model();
  JudgingSink sink(model, {});
  const auto judge_again = [&] {
    sink.rows.clear();
    FlowTable table(FlowOptions{}, sink);
    const PacketStory story = three_bursts();
    for (const Packet& packet : story) table.add(packet);
    table.finish();
    return sink.rows;
  };
  const auto first = judge_again();
  EXPECT_NE(judge_again(), first) << "the same judge goes on";
  sink.classifier.begin_capture();
  EXPECT_EQ(judge_again(), first);
}

TEST(ClassifierSession, SaysNothingOfABurstWithoutFlows) {
  JudgingSink sink(small_model(), {});
  EXPECT_TRUE(sink.classifier.end_burst().empty());
}

TEST(ClassifierSession, KeepsTheRuleForUnknown) {
  const auto unknown = [](UnknownRule rule) {
    return std::ranges::count_if(
        judge_story(small_model(), {}, rule).verdicts,
        [](const Verdict& verdict) { return verdict.is_unknown; });
  };
  EXPECT_EQ(unknown({0, 0}), 0);
  EXPECT_EQ(unknown({1, 1}), 4);
}

TEST(ClassifierSession, RefusesAModelOfOtherFeatures) {
  Model model = small_model();
  model.feature_identity += "more";
  const auto classifier = ClassifierSession::make(model, {}, {});
  ASSERT_FALSE(classifier);
  EXPECT_EQ(classifier.error().kind, ErrorKind::kInput);
}

}  // namespace
}  // namespace flowtell
