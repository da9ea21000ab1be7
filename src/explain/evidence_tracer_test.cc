// SPDX-License-Identifier: Apache-2.0
//
// What is told of a flow beside its verdict; explanation_test.cc has the
// verdicts themselves.
#include "explain/evidence_tracer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/samples.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

constexpr EvidenceKinds kNameAndTimeUsed{false, true, true};

// What is told of a flow, kept beyond the telling.
struct NotedFlow {
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
std::vector<T> kept(std::span<const T> values) {
  return {values.begin(), values.end()};
}

class InquiryTest : public testing::Test {
 protected:
  InquiryTest() : meter_(FlowOptions{}, unused_) {
    const TestFrame frame;
    meter_.add(frame.view());
  }

  EvidenceTracer inquiry_of(EvidenceKinds kinds) {
    auto inquiry =
        EvidenceTracer::make(model_, kinds, {}, [&](const TracedFlow& flow) {
          noted_.push_back({flow, *flow.capture,
                            std::string(flow.flow->reported().name.server),
                            kept(flow.features), kept(flow.probabilities),
                            kept(flow.shape), kept(flow.own), kept(flow.others),
                            kept(flow.burst)});
        });
    EXPECT_TRUE(inquiry);
    inquiry->begin_capture(meter_, "a.pcap");
    return std::move(*inquiry);
  }

  // A burst of flows to servers of these names.
  void hand_over(EvidenceTracer& inquiry,
                 const std::vector<std::string>& servers) {
    for (const std::string& server : servers) {
      std::vector<PacketRecord> packets(3);
      for (std::size_t i = 0; i < packets.size(); ++i) {
        packets[i].time = now_ + 5ms * i;
        packets[i].sent = i % 2 == 0 ? 1 : 0;
        packets[i].payload_length = 100 + (++sizes_ * 97) % 1000;
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
      inquiry.take(flow);
    }
    inquiry.end_burst();
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
  std::vector<NotedFlow> noted_;
};

TEST_F(InquiryTest, TellsWhichFlowItIs) {
  EvidenceTracer inquiry = inquiry_of({});
  hand_over(inquiry, {"x.example", "y.example"});
  hand_over(inquiry, {"z.example"});
  inquiry.begin_capture(meter_, "b.pcap");
  hand_over(inquiry, {"w.example"});
  ASSERT_EQ(noted_.size(), 4U);
  EXPECT_EQ(inquiry.flows(), 4U);
  const auto name_of = [](const NotedFlow& noted) {
    return fmt::format("{} of {} at {}: {}", noted.flow.number, noted.capture,
                       noted.flow.place, noted.server);
  };
  EXPECT_EQ(name_of(noted_[0]), "1 of a.pcap at 0: x.example");
  EXPECT_EQ(name_of(noted_[1]), "2 of a.pcap at 1: y.example");
  EXPECT_EQ(name_of(noted_[2]), "3 of a.pcap at 0: z.example");
  EXPECT_EQ(name_of(noted_[3]), "4 of b.pcap at 0: w.example");
  for (const NotedFlow& noted : noted_) {
    EXPECT_EQ(noted.flow.origin, *meter_.origin());
  }
  EXPECT_FALSE(noted_[1].flow.silence);
  EXPECT_TRUE(noted_[2].flow.silence);
  EXPECT_FALSE(noted_[3].flow.silence) << "nothing of another capture";
}

TEST_F(InquiryTest, TellsHowManyFlowsShareAName) {
  const std::vector<std::string> servers = {"x.example", "", "x.example",
                                            "y.example", ""};
  EvidenceTracer timely = inquiry_of({});
  hand_over(timely, servers);
  std::vector<std::size_t> sharing;
  for (const NotedFlow& noted : noted_) sharing.push_back(noted.flow.sharing);
  EXPECT_EQ(sharing, (std::vector<std::size_t>{2, 2, 2, 1, 2}));
  noted_.clear();
  EvidenceTracer alone = inquiry_of({true, true, false});
  hand_over(alone, servers);
  for (const NotedFlow& noted : noted_) EXPECT_EQ(noted.flow.sharing, 1U);
}

TEST_F(InquiryTest, TellsWhatEachFlowSaysByItself) {
  EvidenceTracer inquiry = inquiry_of({});
  hand_over(inquiry, {"cdn1.example", "", "post.example"});
  ASSERT_EQ(noted_.size(), 3U);
  std::vector<double> all;
  for (const NotedFlow& noted : noted_) {
    for (const auto& of : {noted.own, noted.others}) {
      EXPECT_NEAR(std::accumulate(of.begin(), of.end(), 0.0), 1, 1e-12);
    }
    std::vector<double> due(3);
    ASSERT_EQ(noted.features.size(), 14U);
    model_.forest.predict(noted.features, due);
    EXPECT_EQ(noted.shape, due);
    all.insert(all.end(), noted.own.begin(), noted.own.end());
  }
  EXPECT_NE(noted_[0].features, noted_[1].features);
  for (const NotedFlow& noted : noted_) EXPECT_EQ(noted.burst, all);
}

TEST_F(InquiryTest, TellsNothingOfEvidenceLeftOut) {
  EvidenceTracer by_name = inquiry_of(kNameAndTimeUsed);
  hand_over(by_name, {"x.example"});
  EXPECT_TRUE(noted_.back().features.empty());
  EXPECT_TRUE(noted_.back().shape.empty());
  EXPECT_EQ(noted_.back().flow.name.size(), 3U);
  EXPECT_EQ(noted_.back().flow.weights,
            model_.weights[place_of(kNameAndTimeUsed)]);
  EvidenceTracer by_shape = inquiry_of(kShape);
  hand_over(by_shape, {"x.example"});
  EXPECT_TRUE(noted_.back().flow.name.empty());
  EXPECT_TRUE(noted_.back().others.empty());
  EXPECT_TRUE(noted_.back().flow.belief.empty());
  EXPECT_EQ(noted_.back().shape.size(), 3U);
}

// Those that have less of the kinds in use and nothing else, those with more
// first.
TEST_F(InquiryTest, JudgesByFewerKindsAsWell) {
  const auto fewer_than_these = [&](EvidenceKinds kinds) {
    std::string text;
    const EvidenceTracer inquiry = inquiry_of(kinds);
    for (const EvidenceKinds& fewer : inquiry.fewer()) {
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
  EvidenceTracer inquiry = inquiry_of({});
  hand_over(inquiry, {"x.example"});
  EXPECT_EQ(noted_.back().flow.fewer.size(), 5U);
}

TEST_F(InquiryTest, RefusesAModelOfOtherFeatures) {
  model_.feature_identity += "more";
  EXPECT_FALSE(EvidenceTracer::make(model_, {}, {}, [](const TracedFlow&) {}));
}

TEST(KeptFlow, HasTheNameAndNoPackets) {
  std::string server = "x.example";
  const std::vector<PacketRecord> packets(2);
  Flow flow{};
  flow.remote_port = 443;
  flow.name.server = server;
  flow.name.alpn = server;
  flow.packets = packets;
  const KeptFlow kept_flow(flow);
  server = "overwritten";
  EXPECT_EQ(kept_flow.reported().name.server, "x.example");
  EXPECT_TRUE(kept_flow.reported().name.alpn.empty());
  EXPECT_TRUE(kept_flow.reported().packets.empty());
  EXPECT_EQ(kept_flow.reported().remote_port, 443);
}

// Two flows of two apps, by shape: a doubt of 2 %, each row summing to 1 though
// any other app is reckoned with.
TEST(WeighAlone, GivesRowsThatSumToOne) {
  const std::vector<double> shape = {0.9, 0.1, 0.25, 0.75};
  const std::vector<double> name(4, 0.5);
  const std::vector<NameEvidence> words(2);
  EvidenceWeights weights;
  weights.novelty.prior = 0.25;
  std::vector<double> out(4);
  combine_alone(kShape, 2, {shape, name, words}, weights, out);
  const std::vector<double> due = {0.892, 0.108, 0.255, 0.745};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(out[i], due[i], 1e-12) << i;
}

}  // namespace
}  // namespace flowtell
