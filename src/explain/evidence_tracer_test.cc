// SPDX-License-Identifier: Apache-2.0
//
// The evidence reported with each flow; explanation_test.cc tests the verdicts.
#include "explain/evidence_tracer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/samples.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

constexpr EvidenceKinds kNameAndTimeUsed{false, true, true};

// A reported flow, copied to outlive the callback.
struct FlowCopy {
  TracedFlow flow;
  std::string capture;
  std::string server;
  std::vector<float> features;
  std::vector<double> probabilities;
  std::vector<double> shape;
  std::vector<double> own;
  std::vector<double> others;
  std::vector<double> burst;
};

template <typename T>
std::vector<T> to_vector(std::span<const T> values) {
  return {values.begin(), values.end()};
}

class EvidenceTracerTest : public testing::Test {
 protected:
  EvidenceTracerTest() : meter_(FlowOptions{}, unused_) {
    const TestFrame frame;
    meter_.add(frame.view());
  }

  EvidenceTracer tracer_of(EvidenceKinds kinds) {
    EvidenceTracer tracer(
        *Classifier::make(model_, kinds, {}), [&](const TracedFlow& flow) {
          traced_.push_back({flow, *flow.capture,
                             std::string(flow.flow->to_flow().name.server),
                             to_vector(flow.features),
                             to_vector(flow.probabilities),
                             to_vector(flow.shape), to_vector(flow.own),
                             to_vector(flow.others), to_vector(flow.burst)});
        });
    tracer.begin_capture(meter_, "a.pcap");
    return tracer;
  }

  // Adds a burst of flows to these servers.
  void add_burst(EvidenceTracer& tracer,
                 const std::vector<std::string>& servers) {
    for (const std::string& server : servers) {
      std::vector<PacketRecord> packets(3);
      for (std::size_t i = 0; i < packets.size(); ++i) {
        packets[i].time = now_ + 5ms * i;
        packets[i].sent = i % 2 == 0 ? 1 : 0;
        packets[i].payload_length = (100 + (++sizes_ * 97) % 1000) & 0xfffff;
        packets[i].length = (packets[i].payload_length + 40) & 0xffff;
      }
      Flow flow{};
      flow.first = packets.front().time;
      flow.last = packets.back().time;
      flow.device = *Address::parse("192.168.12.100");
      flow.sent = {2, 900};
      flow.received = {1, 500};
      flow.name.server = server;
      flow.packets = packets;
      tracer.take(flow);
    }
    tracer.end_burst();
    now_ += 3s;
  }

  class UnusedSink : public FlowSink {
    void take(const Flow&) override {}
  };

  UnusedSink unused_;
  FlowMeter meter_;
  Model model_ = small_model();
  Timestamp now_ = kTestStart;
  std::uint32_t sizes_ = 0;
  std::vector<FlowCopy> traced_;
};

TEST_F(EvidenceTracerTest, IdentifiesEachFlow) {
  EvidenceTracer tracer = tracer_of({});
  add_burst(tracer, {"x.example", "y.example"});
  add_burst(tracer, {"z.example"});
  tracer.begin_capture(meter_, "b.pcap");
  add_burst(tracer, {"w.example"});
  ASSERT_EQ(traced_.size(), 4U);
  EXPECT_EQ(tracer.flows(), 4U);
  const auto name_of = [](const FlowCopy& copy) {
    return fmt::format("{} of {} at {}: {}", copy.flow.number, copy.capture,
                       copy.flow.place, copy.server);
  };
  EXPECT_EQ(name_of(traced_[0]), "1 of a.pcap at 0: x.example");
  EXPECT_EQ(name_of(traced_[1]), "2 of a.pcap at 1: y.example");
  EXPECT_EQ(name_of(traced_[2]), "3 of a.pcap at 0: z.example");
  EXPECT_EQ(name_of(traced_[3]), "4 of b.pcap at 0: w.example");
  for (const FlowCopy& copy : traced_) {
    EXPECT_EQ(copy.flow.origin, *meter_.origin());
  }
  EXPECT_FALSE(traced_[1].flow.silence);
  EXPECT_TRUE(traced_[2].flow.silence);
  EXPECT_FALSE(traced_[3].flow.silence) << "no history from another capture";
}

TEST_F(EvidenceTracerTest, ReportsHowManyFlowsShareAName) {
  const std::vector<std::string> servers = {"x.example", "", "x.example",
                                            "y.example", ""};
  EvidenceTracer timely = tracer_of({});
  add_burst(timely, servers);
  std::vector<std::size_t> sharing;
  for (const FlowCopy& copy : traced_) sharing.push_back(copy.flow.sharing);
  EXPECT_EQ(sharing, (std::vector<std::size_t>{2, 2, 2, 1, 2}));
  traced_.clear();
  EvidenceTracer alone = tracer_of({true, true, false});
  add_burst(alone, servers);
  for (const FlowCopy& copy : traced_) EXPECT_EQ(copy.flow.sharing, 1U);
}

TEST_F(EvidenceTracerTest, ReportsTheOwnEvidenceOfEachFlow) {
  EvidenceTracer tracer = tracer_of({});
  add_burst(tracer, {"cdn1.net.example", "", "post.example"});
  ASSERT_EQ(traced_.size(), 3U);
  std::vector<double> all;
  for (const FlowCopy& copy : traced_) {
    for (const auto& of : {copy.own, copy.others}) {
      EXPECT_NEAR(std::accumulate(of.begin(), of.end(), 0.0), 1, 1e-12);
    }
    std::vector<double> expected(3);
    ASSERT_EQ(copy.features.size(), 14U);
    model_.forest.predict(copy.features, expected);
    EXPECT_EQ(copy.shape, expected);
    all.insert(all.end(), copy.own.begin(), copy.own.end());
  }
  EXPECT_NE(traced_[0].features, traced_[1].features);
  for (const FlowCopy& copy : traced_) EXPECT_EQ(copy.burst, all);
}

TEST_F(EvidenceTracerTest, ReportsNothingForUnusedEvidence) {
  EvidenceTracer by_name = tracer_of(kNameAndTimeUsed);
  add_burst(by_name, {"x.example"});
  EXPECT_TRUE(traced_.back().features.empty());
  EXPECT_TRUE(traced_.back().shape.empty());
  EXPECT_EQ(traced_.back().flow.name.size(), 3U);
  EXPECT_EQ(traced_.back().flow.weights,
            model_.weights[index_of(kNameAndTimeUsed)]);
  EvidenceTracer by_shape = tracer_of(kShape);
  add_burst(by_shape, {"x.example"});
  EXPECT_TRUE(traced_.back().flow.name.empty());
  EXPECT_TRUE(traced_.back().others.empty());
  EXPECT_TRUE(traced_.back().flow.prior.empty());
  EXPECT_EQ(traced_.back().shape.size(), 3U);
}

// The score of the columns reported is that of the verdict, and the session
// grows burst by burst.
TEST_F(EvidenceTracerTest, ReportsThePartsOfTheUnknownScore) {
  EvidenceTracer tracer = tracer_of({});
  add_burst(tracer, {"x.example", "y.example"});
  add_burst(tracer, {"never.test", "x.example"});
  ASSERT_EQ(traced_.size(), 4U);
  const UnknownModel& unknown = model_.weights[index_of({})].unknown;
  for (const FlowCopy& copy : traced_) {
    EXPECT_EQ(copy.flow.verdict.unknown_score,
              unknown.score(copy.flow.unknown));
    EXPECT_EQ(copy.flow.unknown[UnknownColumnId::kUnlike], 1);
    EXPECT_EQ(copy.flow.limits.max_unknown_score, unknown.threshold(0.05));
  }
  EXPECT_EQ(traced_[0].flow.session.flows, 2U);
  EXPECT_EQ(traced_[1].flow.session.names, 2U);
  EXPECT_EQ(traced_[3].flow.session.flows, 4U);
  EXPECT_EQ(traced_[3].flow.session.names, 3U);
  EXPECT_GT(traced_[3].flow.session.never_seen, 1.0 / 3);
}

// Selections without some of the kinds in use; most kinds first.
TEST_F(EvidenceTracerTest, ClassifiesByFewerKindsAsWell) {
  const auto fewer_than_these = [&](EvidenceKinds kinds) {
    std::string text;
    const EvidenceTracer tracer = tracer_of(kinds);
    for (const EvidenceKinds& fewer : tracer.fewer()) {
      text += fewer.text() + ' ';
    }
    return text;
  };
  EXPECT_EQ(fewer_than_these({}),
            "name,time shape,time shape,name name shape ");
  EXPECT_EQ(fewer_than_these({true, true, false}), "name shape ");
  EXPECT_EQ(fewer_than_these(kShapeAndTime), "shape ");
  EXPECT_EQ(fewer_than_these(kNameAndTimeUsed), "name ");
  EXPECT_EQ(fewer_than_these(kShape), "");
  EXPECT_EQ(fewer_than_these(kName), "");
  EvidenceTracer tracer = tracer_of({});
  add_burst(tracer, {"x.example"});
  EXPECT_EQ(traced_.back().flow.fewer.size(), 5U);
}

TEST(KeptFlow, HasTheNameAndNoPackets) {
  std::string server = "x.example";
  const std::vector<PacketRecord> packets(2);
  Flow flow{};
  flow.remote_port = 443;
  flow.name.server = server;
  flow.name.hello = HelloFacts(server);
  flow.packets = packets;
  const KeptFlow kept_flow(flow);
  server = "overwritten";
  EXPECT_EQ(kept_flow.to_flow().name.server, "x.example");
  EXPECT_TRUE(kept_flow.to_flow().name.hello.text().empty());
  EXPECT_TRUE(kept_flow.to_flow().packets.empty());
  EXPECT_EQ(kept_flow.to_flow().remote_port, 443);
}

// Two flows of two apps, by shape, with a doubt of 2 %.
TEST(CombineAlone, GivesRowsThatSumToOne) {
  const std::vector<double> shape = {0.9, 0.1, 0.25, 0.75};
  const std::vector<double> name(4, 0.5);
  const std::vector<NameEvidence> names(2);
  std::vector<double> out(4);
  combine_alone(kShape, 2, {shape, name, names}, EvidenceWeights{}, out);
  const std::vector<double> expected = {0.892, 0.108, 0.255, 0.745};
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(out[i], expected[i], 1e-12) << i;
}

}  // namespace
}  // namespace flowtell
