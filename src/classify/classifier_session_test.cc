// SPDX-License-Identifier: Apache-2.0
#include "classify/classifier_session.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/flow_collector.h"
#include "support/packets.h"
#include "support/samples.h"

namespace flowtell {
namespace {

// Classifies all flows and stores the results, one row per flow.
class VerdictSink : public FlowSink {
 public:
  VerdictSink(const Model& model, EvidenceKinds kinds, UnknownRule rule = {})
      : classifier(*Classifier::make(model, kinds, rule)) {}

  void take(const Flow& flow) override {
    classifier.add(flow);
    ++added_;
  }
  void end_burst() override {
    const auto all = classifier.end_burst();
    EXPECT_EQ(all.size(), added_);
    added_ = 0;
    for (const ClassifierSession::Classification& result : all) {
      rows.emplace_back(result.probabilities.begin(),
                        result.probabilities.end());
      verdicts.push_back(result.verdict);
    }
  }
  void take_early(const Flow& flow) override {
    const auto result = classifier.classify_early(flow);
    early.emplace_back(result.probabilities.begin(),
                       result.probabilities.end());
  }

  std::vector<std::vector<double>> rows;
  std::vector<std::vector<double>> early;
  std::vector<Verdict> verdicts;
  ClassifierSession classifier;

 private:
  std::size_t added_ = 0;
};

VerdictSink run_session(const Model& model, EvidenceKinds kinds,
                        UnknownRule rule = {}, FlowOptions options = {}) {
  VerdictSink sink(model, kinds, rule);
  FlowTable table(options, sink);
  const PacketSequence story = three_bursts();
  for (const Packet& packet : story) table.add(packet);
  table.finish();
  return sink;
}

// The plain forest's shares of one flow.
std::vector<double> forest_shares(const Model& model, const Flow& flow) {
  const FeatureList features = *model.features();
  FlowSeries series;
  series.assign(flow);
  std::vector<double> row(features.width());
  features.measure(series, row);
  std::vector<double> out(model.apps.size());
  model.forest.predict(std::vector<float>(row.begin(), row.end()), out);
  return out;
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
  const PacketSequence story = three_bursts();
  for (const Packet& packet : story) table.add(packet);
  table.finish();
  return sink.rows;
}

// The reference: 2 % smoothing, the fitted power, normalised to 1.
TEST(ClassifierSession, AppliesTheFittedWeightToTheForestsShares) {
  for (std::uint64_t seed = 1; seed < 6; ++seed) {
    const Model model = small_model(seed);
    const double weight = model.weights[index_of(kShape)].shape;
    const auto shares = plain_shares(model);
    const VerdictSink actual = run_session(model, kShape);
    ASSERT_EQ(shares.size(), 4u);
    ASSERT_EQ(actual.rows.size(), 4u);
    for (std::size_t flow = 0; flow < 4; ++flow) {
      std::vector<double> expected;
      double sum = 0;
      for (const double share : shares[flow]) {
        expected.push_back(std::pow(0.98 * share + 0.02 / 3, weight));
        sum += expected.back();
      }
      for (std::size_t app = 0; app < 3; ++app) {
        EXPECT_NEAR(actual.rows[flow][app], expected[app] / sum, 1e-12);
      }
      const auto best = std::ranges::max_element(actual.rows[flow]);
      EXPECT_EQ(actual.verdicts[flow].best, best - actual.rows[flow].begin());
      EXPECT_EQ(actual.verdicts[flow].confidence, *best);
    }
  }
}

// The reference: a device filter fed by hand.
TEST(ClassifierSession, PassesBurstTimesToTheDeviceFilter) {
  const EvidenceKinds kinds{true, false, true};
  const Model model = small_model();
  const auto shares = plain_shares(model);
  const VerdictSink actual = run_session(model, kinds);
  ASSERT_EQ(actual.rows.size(), 4u);

  DeviceFilter reference(kinds, 3);
  const FlowCollector collected = collect(three_bursts());
  std::size_t begin = 0;
  for (const std::size_t end : collected.burst_ends) {
    std::vector<double> shape;
    const Timestamp first = collected.flows[begin].first;
    Timestamp last = first;
    for (std::size_t flow = begin; flow < end; ++flow) {
      shape.insert(shape.end(), shares[flow].begin(), shares[flow].end());
      last = std::max(last, collected.flows[flow].last);
    }
    const std::vector<NameEvidence> name_evidence(end - begin);
    std::vector<double> expected(shape.size());
    reference.classify({.device = collected.flows[begin].device,
                        .first = first,
                        .last = last,
                        .scores = {shape, {}, name_evidence},
                        .weights = model.weights[index_of(kinds)]},
                       expected);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(actual.rows[begin + i / 3][i % 3], expected[i]);
    }
    begin = end;
  }
  EXPECT_EQ(begin, 4u);
  EXPECT_NE(actual.rows, run_session(model, kShape).rows)
      << "time evidence must change the result here";
}

TEST(ClassifierSession, EarlyClassificationLeavesNoState) {
  const Model model = small_model();
  FlowOptions options;
  options.early_packets = 2;
  const VerdictSink with = run_session(model, {}, {}, options);
  const VerdictSink without = run_session(model, {});
  EXPECT_EQ(with.early.size(), 4u);
  EXPECT_EQ(without.early.size(), 0u);
  EXPECT_EQ(with.rows, without.rows);
}

// The first flow has no device history; a flow of a later burst has.
TEST(ClassifierSession, EarlyClassificationUsesTheDevicesPastBursts) {
  Model model = small_model();
  FlowOptions options;
  options.early_packets = 2;
  const EvidenceKinds with_time{true, false, true};
  model.weights.fill({});
  const VerdictSink with = run_session(model, with_time, {}, options);
  const VerdictSink without = run_session(model, kShape, {}, options);
  ASSERT_EQ(with.early.size(), 4u);
  for (std::size_t app = 0; app < 3; ++app) {
    EXPECT_NEAR(with.early[0][app], without.early[0][app], 1e-12);
    EXPECT_NEAR(with.early[3][app], without.early[3][app], 1e-12);
  }
  EXPECT_GT(std::abs(with.early[2][0] - without.early[2][0]), 1e-6);
}

// Only rows of whole flows are compared with those of training flows.
TEST(ClassifierSession, CountsACutFlowAsLikeTheTrainingFlows) {
  Model model = small_model();
  for (EvidenceWeights& weights : model.weights) {
    weights.unknown = {};
    weights.unknown.is_fitted = true;
    weights.unknown.weights[UnknownColumnId::kUnlike] = 5;
  }
  model.known_rows = {};
  struct Scores : FlowSink {
    explicit Scores(const Model& used)
        : session(*Classifier::make(used, {}, UnknownRule{})) {}
    void take(const Flow& flow) override {
      session.add(flow);
      session.end_burst();
    }
    void take_early(const Flow& flow) override {
      const double score = session.classify_early(flow).verdict.unknown_score;
      (flow.is_cut ? cut : over).push_back(score);
    }
    ClassifierSession session;
    std::vector<double> cut;
    std::vector<double> over;
  } scores(model);
  FlowOptions options;
  options.early_packets = 2;
  options.early_silence = 500ms;
  PacketSequence story = packets().data(1).data(2).data(3);
  story.far("203.0.113.9", 443);
  for (int i = 0; i < 10; ++i) story.after(100ms).data(1);
  FlowTable table(options, scores);
  for (const Packet& packet : story) table.add(packet);
  ASSERT_EQ(scores.cut.size(), 2U);
  ASSERT_EQ(scores.over.size(), 1U);
  EXPECT_LT(scores.cut[0] + 0.3, scores.over[0]);
}

TEST(ClassifierSession, BeginCaptureDiscardsAllDevices) {
  const Model model = small_model();
  VerdictSink sink(model, {});
  const auto classify_again = [&] {
    sink.rows.clear();
    FlowTable table(FlowOptions{}, sink);
    const PacketSequence story = three_bursts();
    for (const Packet& packet : story) table.add(packet);
    table.finish();
    return sink.rows;
  };
  const auto first = classify_again();
  EXPECT_NE(classify_again(), first) << "the session continues";
  sink.classifier.begin_capture();
  EXPECT_EQ(classify_again(), first);
}

TEST(ClassifierSession, ReturnsNothingForABurstWithoutFlows) {
  VerdictSink sink(small_model(), {});
  EXPECT_TRUE(sink.classifier.end_burst().empty());
}

TEST(ClassifierSession, AppliesTheUnknownRule) {
  const auto unknown = [](UnknownRule rule) {
    return std::ranges::count_if(
        run_session(small_model(), {}, rule).verdicts,
        [](const Verdict& verdict) { return verdict.is_unknown; });
  };
  EXPECT_EQ(unknown(UnknownRule::never()), 0);
  EXPECT_EQ(unknown({.max_false_unknown = {}, .floor = 1, .margin = 1}), 4);
}

}  // namespace
}  // namespace flowtell
