// SPDX-License-Identifier: Apache-2.0
#include "explain/explanation.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "explain/capture_summary.h"
#include "support/samples.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

// A flow of a burst to a server of this name.
struct NamedFlow {
  std::uint32_t payload;
  std::string name;
};

// Two bursts of a device, 3 s apart.
const std::vector<std::vector<NamedFlow>> kBursts = {
    {{300, "cdn7.net.example"}, {20, ""}, {1200, "post.example"}},
    {{70, "never.met"}, {900, ""}},
};

// Feeds the bursts to the sink, as a meter does.
void feed(FlowSink& sink) {
  Timestamp now = kTestStart;
  std::uint32_t burst = 0;
  for (const auto& flows : kBursts) {
    for (const NamedFlow& flow_case : flows) {
      std::vector<PacketRecord> packets(4);
      for (std::size_t i = 0; i < packets.size(); ++i) {
        packets[i].time = now + 5ms * i;
        packets[i].sent = i % 2 == 0 ? 0 : 1;
        packets[i].length = (flow_case.payload + 40) & 0xffff;
        packets[i].payload_length = flow_case.payload & 0xfffff;
      }
      Flow flow{};
      flow.burst = burst;
      flow.first = packets.front().time;
      flow.last = packets.back().time;
      flow.device = *Address::parse("192.168.12.100");
      flow.remote = *Address::parse("203.0.113.9");
      flow.sent = {2, 2 * flow_case.payload + 80};
      flow.received = flow.sent;
      flow.name.server = flow_case.name;
      flow.packets = packets;
      sink.take(flow);
      now += 100ms;
    }
    sink.end_burst();
    ++burst;
    now += 3s;
  }
}

class ExplanationTest : public testing::Test {
 protected:
  ExplanationTest() : meter_(FlowOptions{}, unused_) {
    const TestFrame frame;
    meter_.add(frame.view());
  }

  std::vector<FlowExplanation> explain(EvidenceKinds kinds) {
    std::vector<FlowExplanation> all;
    const EvidenceTracer* source = nullptr;
    EvidenceTracer tracer(
        *Classifier::make(model_, kinds, {}), [&](const TracedFlow& flow) {
          all.push_back(explain_flow(model_, *source, kinds, flow));
        });
    source = &tracer;
    tracer.begin_capture(meter_, "a.pcap");
    feed(tracer);
    return all;
  }

  class NoSink : public FlowSink {
    void take(const Flow&) override {}
  };
  NoSink unused_;
  FlowMeter meter_;
  Model model_ = small_model();
};

class ClassifySink : public FlowSink {
 public:
  ClassifySink(const Model& model, EvidenceKinds kinds)
      : classifier_(*Classifier::make(model, kinds, {})) {}
  void take(const Flow& flow) override { classifier_.add(flow); }
  void end_burst() override {
    for (const auto& classified : classifier_.end_burst()) {
      rows.emplace_back(classified.probabilities.begin(),
                        classified.probabilities.end());
      unknown_scores.push_back(classified.verdict.unknown_score);
      session_flows.push_back(classified.session_flows);
    }
  }
  std::vector<std::vector<double>> rows;
  std::vector<double> unknown_scores;
  std::vector<std::uint32_t> session_flows;

 private:
  ClassifierSession classifier_;
};

TEST_F(ExplanationTest, GivesTheVerdictsOfTheClassifier) {
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    ClassifySink sink(model_, kinds);
    feed(sink);
    const auto result = explain(kinds);
    ASSERT_EQ(result.size(), sink.rows.size());
    for (std::size_t i = 0; i < result.size(); ++i) {
      EXPECT_EQ(result[i].number, i + 1);
      EXPECT_EQ(result[i].probabilities, sink.rows[i]);
      EXPECT_EQ(result[i].verdict.unknown_score, sink.unknown_scores[i]);
      EXPECT_EQ(result[i].session.flows, sink.session_flows[i]);
      const UnknownModel& unknown = model_.weights[index_of(kinds)].unknown;
      EXPECT_EQ(unknown.score(result[i].unknown), sink.unknown_scores[i]);
      EXPECT_EQ(result[i].limits.max_unknown_score, unknown.threshold(0.05));
      for (const EvidenceSubset& fewer : result[i].fewer) {
        ClassifySink other(model_, fewer.kinds);
        feed(other);
        EXPECT_EQ(fewer.verdict.confidence, other.rows[i][fewer.verdict.best]);
        EXPECT_EQ(fewer.verdict.unknown_score, other.unknown_scores[i]);
      }
    }
  }
  EXPECT_EQ(explain({}).front().fewer.size(), 5u);
  EXPECT_TRUE(explain({true, false, false}).front().fewer.empty());
}

// Own evidence times other evidence gives the verdict.
TEST_F(ExplanationTest, EvidenceMultipliesToTheVerdict) {
  for (const FlowExplanation& result : explain({})) {
    std::vector<double> product(result.own.size());
    for (std::size_t app = 0; app < product.size(); ++app) {
      product[app] = result.own[app] * result.others[app];
    }
    const double sum = std::accumulate(product.begin(), product.end(), 0.0);
    for (std::size_t app = 0; app < product.size(); ++app) {
      EXPECT_NEAR(product[app] / sum, result.probabilities[app], 1e-9);
    }
  }
}

// The prior of a burst is the posterior of the last flow before it, decayed
// over three seconds.
TEST_F(ExplanationTest, ReportsThePriorOfTheBurst) {
  const auto result = explain({});
  EXPECT_FALSE(result[2].silence);
  ASSERT_TRUE(result[3].silence);
  EXPECT_NEAR(in_seconds(*result[3].silence), 3.085, 1e-9);
  const double worth = std::exp2(-in_seconds(*result[3].silence) / 10);
  for (std::size_t app = 0; app < 3; ++app) {
    EXPECT_NEAR(result[3].prior[app],
                worth * result[2].probabilities[app] + (1 - worth) / 3, 1e-9);
  }
  EXPECT_EQ(result[0].burst.flows, 2u);
  EXPECT_EQ(result[4].burst.flows, 1u);
}

TEST_F(ExplanationTest, ReportsTheMatchingNameKey) {
  const auto result = explain({});
  ASSERT_EQ(result[0].name_record.keys.size(), 1u);
  EXPECT_EQ(result[0].name_record.keys[0].key, "cdn#.net.example");
  EXPECT_EQ(result[0].name_record.keys[0].capture_share,
            (std::vector<double>{0, 0, 0.25}));
  EXPECT_TRUE(result[1].name_record.keys.empty());
  EXPECT_TRUE(result[3].name_record.keys.empty());
}

// With name evidence only, a flow without a name counts for no app.
TEST_F(ExplanationTest, CountsTheOtherFlowsOfTheBurst) {
  const auto result = explain({false, true, false});
  using Counts = std::vector<std::size_t>;
  EXPECT_EQ(result[0].burst.flows_by_app, (Counts{0, 1, 0}))
      << "post.example favours 1";
  EXPECT_EQ(result[1].burst.flows_by_app, (Counts{0, 1, 1}))
      << "cdn7.net.example favours 2";
  EXPECT_EQ(result[2].burst.flows_by_app, (Counts{0, 0, 1}));
  EXPECT_EQ(result[3].burst.flows_by_app, (Counts{0, 0, 0}));
  EXPECT_EQ(result[4].burst.flows_by_app, (Counts{0, 0, 0}));
  EXPECT_EQ(result[2].burst.flows, 2U);
}

TEST_F(ExplanationTest, ReportsTheVoteOfTheForest) {
  for (const FlowExplanation& result : explain({})) {
    std::vector<double> shape(3);
    model_.forest.predict(result.features, shape);
    EXPECT_EQ(result.shape, shape);
    EXPECT_EQ(result.forest_first, first_two(shape).first);
    EXPECT_EQ(result.verdict.best, first_two(result.probabilities).first);
    EXPECT_EQ(result.runner_up, first_two(result.probabilities).second);
    EXPECT_NE(result.rival, result.forest_first);
    EXPECT_TRUE(result.rival == result.runner_up ||
                result.rival == result.verdict.best);
    const Attribution expected = attribute(model_.forest, result.features);
    EXPECT_EQ(result.attribution.base, expected.base);
    EXPECT_EQ(result.attribution.contributions, expected.contributions);
    const auto near =
        nearest_examples(model_.forest, result.features, model_.examples, 5);
    ASSERT_EQ(result.neighbours.size(), near.size());
    for (std::size_t i = 0; i < near.size(); ++i) {
      EXPECT_EQ(result.neighbours[i].example, near[i].example);
    }
  }
}

// Applying each change makes the forest vote for the rival; with all other
// evidence it gives the reported verdict.
TEST_F(ExplanationTest, ReportsWhatAnotherFeatureWouldChange) {
  std::size_t changes = 0;
  for (const FlowExplanation& result : explain({})) {
    for (const ShapeChange& change : result.shape_changes) {
      ++changes;
      EXPECT_EQ(change.app, result.rival);
      std::vector<float> row = result.features;
      row[change.point.column] = change.point.value;
      std::vector<double> shape(3);
      model_.forest.predict(row, shape);
      EXPECT_EQ(first_two(shape).first, result.rival);
      EXPECT_EQ(change.share, shape[result.rival]);
      std::vector<double> own(3);
      const std::vector<NameEvidence> names(1);
      combine_alone(result.kinds, 3, {shape, result.name, names},
                    result.weights, own);
      double sum = 0;
      for (std::size_t app = 0; app < 3; ++app) {
        own[app] *= result.others[app];
        sum += own[app];
      }
      EXPECT_EQ(change.verdict, first_two(own).first);
      EXPECT_NEAR(change.probability, own[change.verdict] / sum, 1e-9);
    }
  }
  EXPECT_GT(changes, 0U);
}

// With shape evidence only, there is no other evidence.
TEST_F(ExplanationTest, ReportsChangesByShapeAlone) {
  for (const FlowExplanation& result : explain({true, false, false})) {
    for (const ShapeChange& change : result.shape_changes) {
      EXPECT_GE(change.probability, 1.0 / 3);
      EXPECT_LE(change.probability, 1);
    }
    EXPECT_EQ(result.sharing, 1U);
    EXPECT_FALSE(result.silence);
    EXPECT_TRUE(result.prior.empty());
  }
}

// The name that favours the runner-up most is tried, but neither the name of
// the flow itself nor a domain.
TEST_F(ExplanationTest, TriesTheNameThatFavoursTheRunnerUpMost) {
  model_.names = NameTable::of({{".example", {20, 20, 20}},
                                {"a.one", {12, 0, 0}},
                                {"b.one", {20, 0, 0}},
                                {"a.two", {0, 12, 0}},
                                {"b.two", {0, 20, 0}},
                                {"a.three", {0, 0, 12}},
                                {"b.three", {0, 0, 20}}});
  const std::array<std::string, 3> best = {"b.one", "b.two", "b.three"};
  for (const FlowExplanation& result : explain({})) {
    ASSERT_EQ(result.name_changes.size(), 2U);
    EXPECT_EQ(result.name_changes[0].name, "");
    EXPECT_EQ(result.name_changes[1].name, best[result.runner_up]);
  }
  model_.names = NameTable::of(
      {{"never.met", {20, 20, 20}}, {"cdn#.net.example", {20, 20, 20}}});
  for (const FlowExplanation& result : explain({})) {
    EXPECT_EQ(result.name_changes.size(), 1U) << "no name is informative";
  }
}

// The whole name is more specific than its domain and comes first.
TEST_F(ExplanationTest, ListsTheWholeNameFirst) {
  model_.names = NameTable::of(
      {{".net.example", {20, 0, 0}}, {"cdn#.net.example", {0, 10, 5}}});
  const auto result = explain({false, true, false});
  ASSERT_EQ(result[0].name_record.keys.size(), 2U);
  EXPECT_EQ(result[0].name_record.keys[0].key, "cdn#.net.example");
  EXPECT_EQ(result[0].name_record.keys[0].capture_share,
            (std::vector<double>{0, 0.5, 0.25}));
  EXPECT_EQ(result[0].name_record.keys[1].key, ".net.example");
  EXPECT_EQ(result[0].name_record.keys[1].capture_share,
            (std::vector<double>{1, 0, 0}));
}

// An unseen name counts like no name: removing it changes nothing.
TEST_F(ExplanationTest, ReportsWhatAnotherNameWouldChange) {
  model_.names = NameTable::of({{"a.example", {20, 0, 0}},
                                {"b.example", {0, 20, 0}},
                                {"c.example", {0, 0, 20}}});
  const auto result = explain({});
  EXPECT_EQ(result[3].name_changes[0].name, "");
  EXPECT_NEAR(result[3].name_changes[0].probability,
              result[3].verdict.confidence, 1e-9);
  std::size_t others = 0;
  for (const FlowExplanation& flow : result) {
    if (flow.name_changes.size() == 1) continue;  // none favours it
    ++others;
    std::vector<double> scores(3);
    model_.names.score(flow.name_changes[1].name, scores);
    EXPECT_GT(scores[flow.runner_up], 1.0 / 3);
  }
  EXPECT_GT(others, 0u);
}

TEST_F(ExplanationTest, IsEmptyForUnusedEvidence) {
  const auto shape = explain({true, false, false}).front();
  EXPECT_TRUE(shape.name.empty());
  EXPECT_TRUE(shape.others.empty());
  EXPECT_TRUE(shape.name_changes.empty());
  EXPECT_FALSE(shape.neighbours.empty());
  const auto name = explain({false, true, false}).front();
  EXPECT_TRUE(name.shape.empty());
  EXPECT_TRUE(name.features.empty());
  EXPECT_TRUE(name.neighbours.empty());
  EXPECT_FALSE(name.name_changes.empty());
}

TEST_F(ExplanationTest, SummarisesEveryFlow) {
  CaptureSummary summary(3, {});
  const EvidenceTracer* source = nullptr;
  std::map<AppId, std::size_t> expected;
  EvidenceTracer tracer(*Classifier::make(model_, {}, {}),
                        [&](const TracedFlow& flow) {
                          summary.add(flow, source->fewer());
                          ++expected[flow.verdict.best];
                        });
  source = &tracer;
  tracer.begin_capture(meter_, "a.pcap");
  feed(tracer);
  EXPECT_EQ(summary.flows(), 5u);
  std::size_t strong_flows = 0;
  for (AppId app = 0; app < 3; ++app) {
    const AppSummary& own = summary.apps()[app];
    EXPECT_EQ(own.flows, expected[app]);
    EXPECT_LE(own.in_any_case, own.flows);
    EXPECT_GE(own.in_any_case + own.by_shape + own.by_name + own.by_time,
              own.flows);
    strong_flows += own.strong_flows.size();
  }
  EXPECT_EQ(strong_flows, 5u);  // each has evidence, and no server repeats
}

}  // namespace
}  // namespace flowtell
