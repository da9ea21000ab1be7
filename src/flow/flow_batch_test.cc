// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_batch.h"

#include <gtest/gtest.h>

#include "support/flow_collector.h"
#include "support/packets.h"

namespace flowtell {
namespace {

// Names are the table's, and gone with the call; a batch must have its own.
class Namer : public FlowSink {
 public:
  explicit Namer(FlowSink& next) : next_(next) {}
  void take(const Flow& flow) override { next_.take(named(flow)); }
  void take_early(const Flow& flow) override { next_.take_early(named(flow)); }
  void end_burst() override { next_.end_burst(); }

 private:
  Flow named(Flow flow) {
    name_ = "host" + std::to_string(++count_) + ".example";
    flow.name = {name_, NameSource::kTls, count_ % 2 == 0 ? "h2" : ""};
    return flow;
  }
  FlowSink& next_;
  std::string name_;
  int count_ = 0;
};

void meter_story(FlowSink& sink, const PacketStory& story) {
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
    EXPECT_EQ(a[i].alpn, b[i].alpn);
    ASSERT_EQ(a[i].records.size(), b[i].records.size());
    for (std::size_t k = 0; k < a[i].records.size(); ++k) {
      EXPECT_EQ(a[i].records[k].time, b[i].records[k].time);
      EXPECT_EQ(a[i].records[k].payload_length, b[i].records[k].payload_length);
    }
  }
}

TEST(FlowBatch, HandsOverWhatWasHandedToIt) {
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
  sink.finish();
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_EQ(batches[0].origin, kTestStart);

  FlowCollector replayed;
  batches[0].replay(replayed);
  expect_same(direct.flows, replayed.flows);
  expect_same(direct.early, replayed.early);
  EXPECT_EQ(direct.burst_ends, replayed.burst_ends);
}

TEST(FlowBatch, IsPassedOnWhenFullAndBetweenBurstsOnly) {
  const std::optional<Timestamp> origin = kTestStart;
  PacketStory story = packets();
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
  sink.finish();
  sink.finish();  // nothing is left
  EXPECT_EQ(batches, 2u);
  EXPECT_EQ(bursts, 40u);
}

}  // namespace
}  // namespace flowtell
