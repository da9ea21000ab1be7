// SPDX-License-Identifier: Apache-2.0
//
// The owners of flows, from those of their packets.
#include <gtest/gtest.h>

#include "flow/flow_batch.h"
#include "flow/flow_meter.h"
#include "support/owned_captures.h"

namespace flowtell {
namespace {

// "app disputed" of each flow, "-" for none.
class OwnerSink : public FlowSink {
 public:
  void take(const Flow& flow) override {
    owners.push_back(flow.owner.app.empty()
                         ? "-"
                         : fmt::format("{} {}", flow.owner.app,
                                       flow.owner.disputed_packets));
    disputed += flow.owner.disputed_packets;
  }
  std::vector<std::string> owners;
  std::uint64_t disputed = 0;
};

using Owners = std::vector<std::string>;

class FlowOwnerTest : public testing::Test {
 protected:
  // Packets of one flow, with these owners; "" for none.
  static std::vector<OwnedFrame> flow_of(const std::vector<std::string>& apps,
                                         Port port = 40000) {
    std::vector<OwnedFrame> frames;
    for (const std::string& app : apps) {
      const auto uid = app.empty() ? -1 : 10000 + app.front();
      frames.push_back({frame().ethernet().ipv4().udp(port).payload(9).at(
                            kTestStart + 1ms * static_cast<int>(frames.size())),
                        uid, app});
    }
    return frames;
  }
  static MeterReport meter(const std::vector<OwnedFrame>& frames,
                           FlowSink& sink) {
    FlowMeter meter(FlowOptions{}, sink);
    for (const OwnedFrame& each : frames) {
      const TestFrame written = with_trailer(each.frame, each.uid, each.app);
      meter.add(written.view());
    }
    meter.finish();
    return meter.report();
  }
  static Owners owners_of(const std::vector<OwnedFrame>& frames) {
    OwnerSink sink;
    meter(frames, sink);
    return sink.owners;
  }
};

TEST_F(FlowOwnerTest, AreTheOwnersOfMostPackets) {
  EXPECT_EQ(owners_of(flow_of({"a", "a", "a"})), Owners{"a 0"});
  EXPECT_EQ(owners_of(flow_of({"a", "b", "b"})), Owners{"b 1"});
  EXPECT_EQ(owners_of(flow_of({"c", "a", "b", "b", "a", "b"})), Owners{"b 3"});
}

TEST_F(FlowOwnerTest, AreTheFirstOfEquals) {
  EXPECT_EQ(owners_of(flow_of({"b", "a", "a", "b"})), Owners{"b 2"});
}

TEST_F(FlowOwnerTest, IgnorePacketsWithoutOwner) {
  EXPECT_EQ(owners_of(flow_of({"", "", "", "a"})), Owners{"a 0"});
  EXPECT_EQ(owners_of(flow_of({"", ""})), Owners{"-"});
}

TEST_F(FlowOwnerTest, AreCounted) {
  std::vector<OwnedFrame> frames = flow_of({"a", "b", "b"}, 40000);
  for (const auto& more : {flow_of({"a", "a"}, 40001), flow_of({""}, 40002),
                           flow_of({"a", "b", "c", "d"}, 40003)}) {
    frames.insert(frames.end(), more.begin(), more.end());
  }
  std::ranges::sort(frames, {},
                    [](const OwnedFrame& each) { return each.frame.time; });
  OwnerSink sink;
  const MeterReport report = meter(frames, sink);
  EXPECT_EQ(report.flows, 4u);
  EXPECT_EQ(report.owned_flows, 3u);
  EXPECT_EQ(report.disputed_flows, 2u);
  EXPECT_EQ(report.disputed_packets, 4u);
  EXPECT_EQ(sink.disputed, 4u);
  MeterReport twice = report;
  twice += report;
  EXPECT_EQ(twice.disputed_packets, 8u);
  EXPECT_EQ(twice.owned_flows, 6u);
}

// Another thread gets the names with the flows.
TEST_F(FlowOwnerTest, AreKeptInBatches) {
  Owners replayed;
  {
    FlowBatch batch;
    struct Keeper : FlowSink {
      explicit Keeper(FlowBatch& batch_given) : into(batch_given) {}
      void take(const Flow& flow) override { into.add(flow, false); }
      FlowBatch& into;
    } keeper(batch);
    meter(flow_of({"a", "b", "b"}), keeper);
    meter(flow_of({"a rather long name", ""}), keeper);
    OwnerSink sink;
    batch.replay(sink);
    replayed = sink.owners;
  }
  EXPECT_EQ(replayed, (Owners{"b 1", "a rather long name 0"}));
}

// A table that knows no owners, as that of a live link, gives none.
TEST_F(FlowOwnerTest, NeedATableOfOwners) {
  OwnerSink sink;
  FlowTable table(FlowOptions{}, sink);
  Packet packet{};
  packet.length = 40;
  packet.owner = 3;
  table.add(packet);
  table.finish();
  EXPECT_EQ(sink.owners, Owners{"-"});
}

TEST(PacketRecord, HoldsThePayloadAndTheOwner) {
  Packet packet{};
  packet.payload_length = kMaxFrameSize;
  packet.owner = kMaxOwners;
  const PacketRecord record(packet, Direction::kSent);
  EXPECT_EQ(record.payload_length, kMaxFrameSize);
  EXPECT_EQ(record.owner, kMaxOwners);
}

}  // namespace
}  // namespace flowtell
