// SPDX-License-Identifier: Apache-2.0
//
// Tests of bursts that end by silence on a live link, before the next packet.
#include <gtest/gtest.h>

#include "base/random.h"
#include "flow/flow_meter.h"
#include "support/flow_words.h"
#include "support/packets.h"

namespace flowtell {
namespace {

// A flow table that was given the packets of a story.
struct Filled {
  explicit Filled(const PacketSequence& story, FlowOptions options = {})
      : table(std::move(options), got) {
    for (const Packet& packet : story) table.add(packet);
  }
  FlowCollector got;
  FlowTable table;
};

TEST(Silence, EndsABurstOnlyWhenItExceedsTheGap) {
  Filled filled(packets().data(1));
  filled.table.advance(kTestStart + 1s);
  EXPECT_TRUE(filled.got.flows.empty());
  filled.table.advance(kTestStart + 1s + 1ns);
  EXPECT_EQ(filled.got.flows.size(), 1u);
  EXPECT_EQ(filled.got.burst_ends.size(), 1u);
  EXPECT_EQ(filled.table.open_flows(), 0u);
}

TEST(Silence, EndsABurstAtTheConfiguredGap) {
  FlowOptions options;
  options.burst_gap = 300ms;
  Filled filled(packets().data(1), options);
  EXPECT_EQ(filled.table.next_end(), kTestStart + 300ms);
  filled.table.advance(kTestStart + 300ms);
  EXPECT_TRUE(filled.got.flows.empty());
  filled.table.advance(kTestStart + 300ms + 1ns);
  EXPECT_EQ(filled.got.flows.size(), 1u);
}

TEST(Silence, EndsABurstAtItsLimit) {
  FlowOptions options;
  options.burst_limit = 2s;
  PacketSequence story = packets().data(1);
  for (int i = 0; i < 3; ++i) story.after(600ms).data(1);
  Filled filled(story, options);
  EXPECT_EQ(filled.table.next_end(), kTestStart + 2s);
  filled.table.advance(kTestStart + 2s);
  EXPECT_TRUE(filled.got.flows.empty());
  filled.table.advance(kTestStart + 2s + 1ns);
  ASSERT_EQ(filled.got.flows.size(), 1u);
  EXPECT_EQ(filled.got.flows[0].records.size(), 4u);
  EXPECT_FALSE(filled.table.next_end());
}

TEST(Silence, EndsBurstsInTheOrderOfTheirLastPackets) {
  Filled filled(packets()
                    .near("10.0.0.1", 1)
                    .data(1)
                    .after(100ms)
                    .near("10.0.0.2", 1)
                    .data(1)
                    .after(100ms)
                    .near("10.0.0.1", 1)
                    .data(1));
  EXPECT_EQ(filled.table.next_end(), kTestStart + 1100ms);
  filled.table.advance(kTestStart + 1150ms);
  ASSERT_EQ(filled.got.flows.size(), 1u);
  EXPECT_EQ(filled.got.flows[0].device.text(), "10.0.0.2");
  EXPECT_EQ(filled.table.next_end(), kTestStart + 1200ms);
  filled.table.advance(kTestStart + 1h);
  ASSERT_EQ(filled.got.flows.size(), 2u);
  EXPECT_EQ(filled.got.flows[1].device.text(), "10.0.0.1");
}

TEST(Silence, HasNoEffectWithoutAnOpenBurst) {
  Filled filled(packets());
  EXPECT_FALSE(filled.table.next_end());
  filled.table.advance(kTestStart);
  Filled finished(packets().data(1));
  finished.table.finish();
  EXPECT_FALSE(finished.table.next_end());
}

TEST(Silence, IsMeasuredFromTheLastFrameOfAnyKind) {
  FlowCollector got;
  FlowMeter meter({}, got);
  meter.note_silence(1h);
  EXPECT_FALSE(meter.next_end());
  const TestFrame packet = frame().ethernet().ipv4().udp();
  const TestFrame other =
      frame().ethernet().ether_type(0x0806).payload(28).at(kTestStart + 600ms);
  meter.add(packet.view());
  EXPECT_EQ(meter.next_end(), 1s);
  meter.add(other.view());
  EXPECT_EQ(meter.next_end(), 400ms);
  meter.note_silence(400ms);
  EXPECT_TRUE(got.flows.empty());
  EXPECT_EQ(meter.open_flows(), 1u);
  meter.note_silence(400ms + 1ns);
  EXPECT_EQ(got.flows.size(), 1u);
  EXPECT_FALSE(meter.next_end());
}

TEST(Silence, MayLastForever) {
  FlowCollector got;
  FlowMeter meter({}, got);
  const TestFrame last = frame().ethernet().ipv4().udp().at(kLatestTime);
  meter.add(last.view());
  meter.note_silence(Duration::max());
  EXPECT_EQ(got.flows.size(), 1u);
}

// Frames of three devices, some of none, some of them late.
std::vector<TestFrame> random_frames(Random& random) {
  constexpr const char* kDevices[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3"};
  constexpr Duration kGaps[] = {0ns, 3ms, 400ms, 1s, 1s + 1ns, 3s, -2ms, -90s};
  const std::uint32_t gaps = 2 + random.below(7);
  std::vector<TestFrame> frames;
  Timestamp now = kTestStart;
  for (std::uint32_t left = random.below(80); left > 0; --left) {
    now += kGaps[random.below(gaps)];
    FrameBuilder builder = frame().ethernet();
    if (random.below(5) == 0) {
      builder.ether_type(0x0806).payload(28);
    } else {
      const auto port = static_cast<Port>(40000 + random.below(3));
      builder.ipv4(kDevices[random.below(3)]).udp(port, 443).payload(9);
    }
    frames.push_back(builder.at(now));
  }
  return frames;
}

// A file, and a link whose silence is reported at any time before the next
// frame, give the same flows in the same order.
TEST(Silence, ChangesNoFlow) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const std::vector<TestFrame> frames = random_frames(random);
    FlowCollector of_file;
    FlowMeter file_meter({}, of_file);
    FlowCollector of_link;
    FlowMeter link_meter({}, of_link);
    MonotonicTimes times;
    std::optional<Timestamp> last;
    for (const TestFrame& next : frames) {
      const Timestamp now = times.correct(next.time);
      const Duration distance = now - last.value_or(now);
      last = now;
      for (Duration silence{}; random.below(3) > 0;) {
        const auto max = static_cast<std::uint32_t>(
            (distance - silence) / std::chrono::nanoseconds(1));
        silence += Duration(max == 0 ? 0 : random.below(max));
        link_meter.note_silence(silence);
      }
      file_meter.add(next.view());
      link_meter.add(next.view());
    }
    file_meter.finish();
    link_meter.finish();
    ASSERT_EQ(flow_text(of_link), flow_text(of_file));
    ASSERT_EQ(link_meter.report().flows, file_meter.report().flows);
  }
}

}  // namespace
}  // namespace flowtell
