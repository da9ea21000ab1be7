// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_batch.h"

#include <gtest/gtest.h>

#include <string>

#include "flow/kept_flows.h"
#include "support/flow_collector.h"
#include "support/packets.h"

namespace flowtell {
namespace {

// Flows borrow names only during a call; a batch must copy them.
class Namer : public FlowSink {
 public:
  explicit Namer(FlowSink& next) : next_(next) {}
  void take(const Flow& flow) override { next_.take(named(flow)); }
  void take_early(const Flow& flow) override { next_.take_early(named(flow)); }
  void end_burst() override { next_.end_burst(); }

 private:
  Flow named(Flow flow) {
    name_ = "host" + std::to_string(++count_) + ".example";
    flow.name = {name_, NameSource::kTls,
                 HelloFacts(count_ % 2 == 0 ? "  h2" : "")};
    return flow;
  }
  FlowSink& next_;
  std::string name_;
  int count_ = 0;
};

void meter_story(FlowSink& sink, const PacketSequence& story) {
  Namer namer(sink);
  FlowOptions options;
  options.early_packets = 2;
  FlowTable table(options, namer);
  for (const Packet& packet : story) table.add(packet);
  table.finish();
}

void expect_same(const std::vector<CollectedFlow>& a,
                 const std::vector<CollectedFlow>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].device, b[i].device);
    EXPECT_EQ(a[i].first, b[i].first);
    EXPECT_EQ(a[i].sent.bytes, b[i].sent.bytes);
    EXPECT_EQ(a[i].server, b[i].server);
    EXPECT_EQ(a[i].hello, b[i].hello);
    ASSERT_EQ(a[i].records.size(), b[i].records.size());
    for (std::size_t k = 0; k < a[i].records.size(); ++k) {
      EXPECT_EQ(a[i].records[k].time, b[i].records[k].time);
      EXPECT_EQ(a[i].records[k].payload_length, b[i].records[k].payload_length);
    }
  }
}

TEST(FlowBatch, ReplaysTheDeliveredFlows) {
  const std::optional<Timestamp> origin = kTestStart;
  FlowCollector direct;
  meter_story(direct, three_bursts());
  ASSERT_EQ(direct.flows.size(), 4u);
  ASSERT_FALSE(direct.early.empty());

  std::vector<FlowBatch> batches;
  BatchingSink sink([&](FlowBatch batch) { batches.push_back(batch); });
  sink.begin_capture(origin);
  meter_story(sink, three_bursts());
  EXPECT_TRUE(batches.empty());  // not full yet
  sink.pass_on();
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_EQ(batches[0].origin, kTestStart);

  FlowCollector replayed;
  batches[0].replay(replayed);
  expect_same(direct.flows, replayed.flows);
  expect_same(direct.early, replayed.early);
  EXPECT_EQ(direct.burst_ends, replayed.burst_ends);
}

TEST(FlowBatch, IsPassedOnOnlyWhenFullAndBetweenBursts) {
  const std::optional<Timestamp> origin = kTestStart;
  PacketSequence story = packets();
  for (int burst = 0; burst < 40; ++burst) {
    for (int i = 0; i < 1000; ++i) story.data(10);
    story.after(3s);
  }
  std::size_t bursts = 0;
  std::size_t batches = 0;
  BatchingSink sink([&](const FlowBatch& batch) {
    FlowCollector part;
    batch.replay(part);
    ASSERT_EQ(part.burst_ends.back(), part.flows.size());
    bursts += part.burst_ends.size();
    ++batches;
  });
  sink.begin_capture(origin);
  meter_story(sink, story);
  EXPECT_EQ(batches, 1u);  // 33 bursts hold 2^15 packets
  sink.pass_on();
  sink.pass_on();  // has no effect
  EXPECT_EQ(batches, 2u);
  EXPECT_EQ(bursts, 40u);
}

TEST(FlowBatch, IsFullAtTheFlowLimit) {
  const std::optional<Timestamp> origin = kTestStart;
  const auto batches_of = [&](int bursts) {
    PacketSequence story = packets();
    for (int burst = 0; burst < bursts; ++burst) story.data(10).after(3s);
    std::size_t batches = 0;
    BatchingSink sink([&](const FlowBatch&) { ++batches; });
    sink.begin_capture(origin);
    meter_story(sink, story);
    return batches;
  };
  EXPECT_EQ(batches_of(1023), 0u);
  EXPECT_EQ(batches_of(1024), 1u);
  EXPECT_EQ(batches_of(2047), 1u) << "it starts over";
  EXPECT_EQ(batches_of(2048), 2u);
}

TEST(KeptFlows, HoldFlowsUntilCleared) {
  const CollectedFlow first = collect(packets().data(1).reply(2)).flows.at(0);
  KeptFlows kept;
  for (const std::string server : {"a.example", "b.example"}) {
    Flow flow = first;
    flow.packets = first.records;
    flow.name = {server, NameSource::kTls, HelloFacts("  h2")};
    kept.add(flow);
  }
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept.packets(), 4u);
  EXPECT_EQ(kept[0].name.server, "a.example");
  EXPECT_EQ(kept[1].name.server, "b.example");
  EXPECT_EQ(kept[1].name.hello.alpn(), "h2");
  EXPECT_EQ(kept[1].packets.size(), 2u);
  EXPECT_EQ(kept[1].packets[1].payload_length, 2u);
  kept.clear();
  EXPECT_EQ(kept.size(), 0u);
  EXPECT_EQ(kept.packets(), 0u);
  Flow flow = first;
  flow.packets = first.records;
  flow.name = {"c.example", NameSource::kTls, {}};
  kept.add(flow);
  EXPECT_EQ(kept[0].name.server, "c.example");
  EXPECT_EQ(kept[0].packets[0].payload_length, 1u);
}

}  // namespace
}  // namespace flowtell
