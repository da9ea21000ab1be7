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

// A flow of one burst to a server of that name.
struct Heard {
  std::uint32_t payload;
  std::string name;
};

// Two bursts of a device, 3 s apart.
const std::vector<std::vector<Heard>> kBursts = {
    {{300, "cdn7.example"}, {20, ""}, {1200, "post.example"}},
    {{70, "never.met"}, {900, ""}},
};

// Hands the bursts over to the sink, as a meter would.
void tell(FlowSink& sink) {
  Timestamp now = kTestStart;
  std::uint32_t burst = 0;
  for (const auto& flows : kBursts) {
    for (const Heard& heard : flows) {
      std::vector<PacketRecord> packets(4);
      for (std::size_t i = 0; i < packets.size(); ++i) {
        packets[i].time = now + 5ms * i;
        packets[i].sent = i % 2 == 0 ? 0 : 1;
        packets[i].length = (heard.payload + 40) & 0xffff;
        packets[i].payload_length = heard.payload;
      }
      Flow flow{};
      flow.burst = burst;
      flow.first = packets.front().time;
      flow.last = packets.back().time;
      flow.device = *Address::parse("192.168.12.100");
      flow.remote = *Address::parse("203.0.113.9");
      flow.sent = {2, 2 * heard.payload + 80};
      flow.received = flow.sent;
      flow.name.server = heard.name;
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
    const EvidenceTracer* asked = nullptr;
    auto inquiry =
        EvidenceTracer::make(model_, kinds, {}, [&](const TracedFlow& flow) {
          all.push_back(explain_flow(model_, *asked, kinds, flow));
        });
    asked = &*inquiry;
    inquiry->begin_capture(meter_, "a.pcap");
    tell(*inquiry);
    return all;
  }

  class NoSink : public FlowSink {
    void take(const Flow&) override {}
  };
  NoSink unused_;
  FlowMeter meter_;
  Model model_ = small_model();
};

class JudgeSink : public FlowSink {
 public:
  JudgeSink(const Model& model, EvidenceKinds kinds)
      : classifier_(*ClassifierSession::make(model, kinds, {})) {}
  void take(const Flow& flow) override { classifier_.add(flow); }
  void end_burst() override {
    for (const auto& judged : classifier_.end_burst()) {
      rows.emplace_back(judged.probabilities.begin(),
                        judged.probabilities.end());
    }
  }
  std::vector<std::vector<double>> rows;

 private:
  ClassifierSession classifier_;
};

TEST_F(ExplanationTest, TellsTheVerdictsThatAJudgeGives) {
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    JudgeSink sink(model_, kinds);
    tell(sink);
    const auto reported = explain(kinds);
    ASSERT_EQ(reported.size(), sink.rows.size());
    for (std::size_t i = 0; i < reported.size(); ++i) {
      EXPECT_EQ(reported[i].number, i + 1);
      EXPECT_EQ(reported[i].probabilities, sink.rows[i]);
      for (const FewerKinds& fewer : reported[i].fewer) {
        JudgeSink other(model_, fewer.kinds);
        tell(other);
        EXPECT_EQ(fewer.verdict.confidence, other.rows[i][fewer.verdict.best]);
      }
    }
  }
  EXPECT_EQ(explain({}).front().fewer.size(), 5u);
  EXPECT_TRUE(explain({true, false, false}).front().fewer.empty());
}

// What a flow says itself, times what all else says, is the verdict.
TEST_F(ExplanationTest, PartsMakeTheWhole) {
  for (const FlowExplanation& reported : explain({})) {
    std::vector<double> product(reported.own.size());
    for (std::size_t app = 0; app < product.size(); ++app) {
      product[app] = reported.own[app] * reported.others[app];
    }
    const double sum = std::accumulate(product.begin(), product.end(), 0.0);
    for (std::size_t app = 0; app < product.size(); ++app) {
      EXPECT_NEAR((1 - reported.any_other) * product[app] / sum,
                  reported.probabilities[app], 1e-9);
    }
  }
}

// What is believed when a burst begins is what the last flow before it got,
// less what three seconds of silence cost.
TEST_F(ExplanationTest, TellsWhatWasBelievedBefore) {
  const auto reported = explain({});
  EXPECT_FALSE(reported[2].silence);
  ASSERT_TRUE(reported[3].silence);
  EXPECT_NEAR(in_seconds(*reported[3].silence), 3.085, 1e-9);
  const double worth = std::exp2(-in_seconds(*reported[3].silence) / 10);
  for (std::size_t app = 0; app < 3; ++app) {
    EXPECT_NEAR(reported[3].belief[app],
                worth * reported[2].probabilities[app] +
                    (1 - worth) * (1 - reported[3].weights.novelty.prior) / 3,
                1e-9);
  }
  EXPECT_EQ(reported[0].burst.flows, 2u);
  EXPECT_EQ(reported[4].burst.flows, 1u);
}

TEST_F(ExplanationTest, TellsWhichKeyOfTheNameSpoke) {
  const auto reported = explain({});
  ASSERT_EQ(reported[0].name_record.keys.size(), 1u);
  EXPECT_EQ(reported[0].name_record.keys[0].key, "cdn#.example");
  EXPECT_EQ(reported[0].name_record.keys[0].met,
            (std::vector<double>{0, 0, 0.25}));
  EXPECT_TRUE(reported[1].name_record.keys.empty());
  EXPECT_TRUE(reported[3].name_record.keys.empty());
}

// By names alone: a flow without one says nothing, and is counted to no app.
TEST_F(ExplanationTest, TellsWhatTheOtherFlowsOfTheBurstSay) {
  const auto reported = explain({false, true, false});
  using Counts = std::vector<std::size_t>;
  EXPECT_EQ(reported[0].burst.saying, (Counts{0, 1, 0}))
      << "post.example says 1";
  EXPECT_EQ(reported[1].burst.saying, (Counts{0, 1, 1}))
      << "cdn7.example says 2";
  EXPECT_EQ(reported[2].burst.saying, (Counts{0, 0, 1}));
  EXPECT_EQ(reported[3].burst.saying, (Counts{0, 0, 0}));
  EXPECT_EQ(reported[4].burst.saying, (Counts{0, 0, 0}));
  EXPECT_EQ(reported[2].burst.flows, 2U);
}

TEST_F(ExplanationTest, TellsWhatTheForestSaysOfTheShape) {
  for (const FlowExplanation& reported : explain({})) {
    std::vector<double> shape(3);
    model_.forest.predict(reported.features, shape);
    EXPECT_EQ(reported.shape, shape);
    EXPECT_EQ(reported.forest_first, first_two(shape).first);
    EXPECT_EQ(reported.verdict.best, first_two(reported.probabilities).first);
    EXPECT_EQ(reported.runner_up, first_two(reported.probabilities).second);
    EXPECT_NE(reported.rival, reported.forest_first);
    EXPECT_TRUE(reported.rival == reported.runner_up ||
                reported.rival == reported.verdict.best);
    const Attribution due = attribute(model_.forest, reported.features);
    EXPECT_EQ(reported.attribution.base, due.base);
    EXPECT_EQ(reported.attribution.contributions, due.contributions);
    const auto near =
        nearest_examples(model_.forest, reported.features, model_.examples, 5);
    ASSERT_EQ(reported.neighbours.size(), near.size());
    for (std::size_t i = 0; i < near.size(); ++i) {
      EXPECT_EQ(reported.neighbours[i].example, near[i].example);
    }
  }
}

// Each change applied to the flow: the forest then votes for the rival, and
// what it says, weighed with all else, gives the verdict that is told.
TEST_F(ExplanationTest, TellsWhatAnotherFeatureWouldChange) {
  std::size_t changes = 0;
  for (const FlowExplanation& reported : explain({})) {
    for (const ShapeChange& change : reported.shape_changes) {
      ++changes;
      EXPECT_EQ(change.app, reported.rival);
      std::vector<float> row = reported.features;
      row[change.point.column] = change.point.value;
      std::vector<double> shape(3);
      model_.forest.predict(row, shape);
      EXPECT_EQ(first_two(shape).first, reported.rival);
      EXPECT_EQ(change.share, shape[reported.rival]);
      std::vector<double> own(3);
      const std::vector<NameEvidence> words(1);
      combine_alone(reported.kinds, 3, {shape, reported.name, words},
                    reported.weights, own);
      double sum = 0;
      for (std::size_t app = 0; app < 3; ++app) {
        own[app] *= reported.others[app];
        sum += own[app];
      }
      EXPECT_EQ(change.verdict, first_two(own).first);
      EXPECT_NEAR(change.probability,
                  (1 - reported.any_other) * own[change.verdict] / sum, 1e-9);
    }
  }
  EXPECT_GT(changes, 0U);
}

// By shape alone nothing else says anything.
TEST_F(ExplanationTest, TellsChangesByShapeAlone) {
  for (const FlowExplanation& reported : explain({true, false, false})) {
    for (const ShapeChange& change : reported.shape_changes) {
      EXPECT_GE(change.probability, (1 - reported.any_other) / 3);
      EXPECT_LE(change.probability, 1 - reported.any_other);
    }
    EXPECT_EQ(reported.sharing, 1U);
    EXPECT_FALSE(reported.silence);
    EXPECT_TRUE(reported.belief.empty());
  }
}

// The name is tried that speaks most for the runner-up; that of the flow itself
// is no other name, and a domain is no name.
TEST_F(ExplanationTest, TriesTheNameThatSpeaksMostForTheRunnerUp) {
  model_.names = NameTable::of({{".example", {20, 20, 20}},
                                {"a.one", {12, 0, 0}},
                                {"b.one", {20, 0, 0}},
                                {"a.two", {0, 12, 0}},
                                {"b.two", {0, 20, 0}},
                                {"a.three", {0, 0, 12}},
                                {"b.three", {0, 0, 20}}});
  const std::array<std::string, 3> best = {"b.one", "b.two", "b.three"};
  for (const FlowExplanation& reported : explain({})) {
    ASSERT_EQ(reported.name_changes.size(), 2U);
    EXPECT_EQ(reported.name_changes[0].name, "");
    EXPECT_EQ(reported.name_changes[1].name, best[reported.runner_up]);
  }
  model_.names = NameTable::of(
      {{"never.met", {20, 20, 20}}, {"cdn#.example", {20, 20, 20}}});
  for (const FlowExplanation& reported : explain({})) {
    EXPECT_EQ(reported.name_changes.size(), 1U)
        << "none says more than nothing";
  }
}

// The key that tells most, the whole name, comes before its domain.
TEST_F(ExplanationTest, TellsTheWholeNameFirst) {
  model_.names = NameTable::of(
      {{".cdn7.example", {20, 0, 0}}, {"cdn#.example", {0, 10, 5}}});
  const auto reported = explain({false, true, false});
  ASSERT_EQ(reported[0].name_record.keys.size(), 2U);
  EXPECT_EQ(reported[0].name_record.keys[0].key, "cdn#.example");
  EXPECT_EQ(reported[0].name_record.keys[0].met,
            (std::vector<double>{0, 0.5, 0.25}));
  EXPECT_EQ(reported[0].name_record.keys[1].key, ".cdn7.example");
  EXPECT_EQ(reported[0].name_record.keys[1].met,
            (std::vector<double>{1, 0, 0}));
}

// A name never met and no name are alike: nothing changes without it.
TEST_F(ExplanationTest, TellsWhatAnotherNameWouldChange) {
  model_.names = NameTable::of({{"a.example", {20, 0, 0}},
                                {"b.example", {0, 20, 0}},
                                {"c.example", {0, 0, 20}}});
  const auto reported = explain({});
  EXPECT_EQ(reported[3].name_changes[0].name, "");
  EXPECT_NEAR(reported[3].name_changes[0].probability,
              reported[3].verdict.confidence, 1e-9);
  std::size_t others = 0;
  for (const FlowExplanation& flow : reported) {
    if (flow.name_changes.size() == 1) continue;  // none speaks for it
    ++others;
    std::vector<double> says(3);
    model_.names.score(flow.name_changes[1].name, says);
    EXPECT_GT(says[flow.runner_up], 1.0 / 3);
  }
  EXPECT_GT(others, 0u);
}

TEST_F(ExplanationTest, HasNothingToSayOfEvidenceLeftOut) {
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

TEST_F(ExplanationTest, AccountsForEveryFlow) {
  CaptureSummary account(3, {});
  const EvidenceTracer* asked = nullptr;
  std::map<AppId, std::size_t> due;
  auto inquiry =
      EvidenceTracer::make(model_, {}, {}, [&](const TracedFlow& flow) {
        account.add(flow, asked->fewer());
        ++due[flow.verdict.best];
      });
  asked = &*inquiry;
  inquiry->begin_capture(meter_, "a.pcap");
  tell(*inquiry);
  EXPECT_EQ(account.flows(), 5u);
  std::size_t strong_flows = 0;
  for (AppId app = 0; app < 3; ++app) {
    const AppSummary& own = account.apps()[app];
    EXPECT_EQ(own.flows, due[app]);
    EXPECT_LE(own.in_any_case, own.flows);
    EXPECT_GE(own.in_any_case + own.by_shape + own.by_name + own.by_time,
              own.flows);
    strong_flows += own.strong_flows.size();
  }
  EXPECT_EQ(strong_flows, 5u);  // each says something, and no server twice
}

}  // namespace
}  // namespace flowtell
