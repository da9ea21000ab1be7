// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_meter.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "capture/capture_file.h"
#include "decode/tunnel_view.h"
#include "support/dns_bytes.h"
#include "support/encapsulations.h"
#include "support/flow_words.h"
#include "support/pcap_bytes.h"
#include "support/pcapng_bytes.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

// At least one frame of every outcome.
std::vector<TestFrame> frames_of_every_outcome() {
  return {
      frame().ethernet().ether_type(0x0806).payload(28),
      frame().ethernet().ipv4().tcp(40000, 443, kTcpSyn).at(kTestStart + 1s),
      frame().ethernet().ipv4().tcp().sequence(7).payload(10).at(kTestStart +
                                                                 2s),
      frame().ethernet().ipv4().tcp().sequence(7).payload(10).at(kTestStart +
                                                                 2s),
      frame().ethernet().ipv6().udp().payload(10).at(kTestStart + 2s),
      frame().ethernet().ipv4().protocol(1).payload(8).at(kTestStart + 3s),
      frame()
          .ethernet()
          .ipv4()
          .protocol(17)
          .fragment({.offset = 9})
          .at(kTestStart + 4s),
      frame().ethernet().ipv4().tcp().snap(30).at(kTestStart + 5s),
      frame().ethernet().ipv4().tcp().data_offset(2).at(kTestStart + 6s),
      frame().raw(LinkType{147}).payload(40).at(kTestStart + 7s),
  };
}

struct Metered {
  MeterReport report;
  FlowCollector got;
};

Metered meter(const std::vector<TestFrame>& frames) {
  Metered metered;
  FlowMeter meter({}, metered.got);
  for (const TestFrame& frame : frames) meter.add(frame.view());
  meter.finish();
  metered.report = meter.report();
  return metered;
}

TunnelHeader vxlan_header() {
  return {"VXLAN", 4789, "08 00 00 00 00 00 2a 00", Header::Wraps::kWholeFrame};
}

// Lookups inside a tunnel name the connections inside it.
TEST(FlowMeter, FindsNamesInsideTunnels) {
  const std::string answer =
      dns().asks("inner.example").v4("inner.example", "203.0.113.9").bytes();
  const TestFrame lookup = frame()
                               .ethernet()
                               .ipv4("192.168.12.1", "192.168.12.100")
                               .udp(53, 5000)
                               .payload(answer);
  const TestFrame connection = frame()
                                   .ethernet()
                                   .ipv4("192.168.12.100", "203.0.113.9")
                                   .tcp(40000, 443, kTcpSyn);
  const FrameBuilder outer =
      frame().ethernet().ipv4("198.51.100.1", "203.0.113.1");
  for (const TunnelView view : {TunnelView::kInner, TunnelView::kOuter}) {
    FlowCollector got;
    FlowOptions options;
    options.names = true;
    options.tunnels = view;
    FlowMeter meter(options, got);
    meter.add(udp_tunnelled(outer, vxlan_header(), lookup).view());
    meter.add(udp_tunnelled(outer, vxlan_header(), connection).view());
    meter.finish();
    const bool is_inner = view == TunnelView::kInner;
    ASSERT_EQ(got.flows.size(), is_inner ? 2u : 1u);
    EXPECT_EQ(got.flows.back().remote_port, is_inner ? 443 : 4789);
    EXPECT_EQ(meter.report().ledger.of(FrameOutcome::kUsed), 2u);
  }
}

TEST(FlowMeter, AccountsForEveryFrame) {
  const Metered metered = meter(frames_of_every_outcome());
  const Ledger& ledger = metered.report.ledger;
  EXPECT_EQ(metered.report.frames, 10u);
  EXPECT_EQ(ledger.sum(), 10u);
  EXPECT_EQ(ledger.of(FrameOutcome::kUsed), 3u);
  for (const LedgerHeading& heading : kLedgerHeadings) {
    if (heading.outcome != FrameOutcome::kUsed) {
      EXPECT_EQ(ledger.of(heading.outcome), 1u) << heading.name;
    }
  }
}

TEST(FlowMeter, ReportsItsCounts) {
  const MeterReport report = meter(frames_of_every_outcome()).report;
  EXPECT_EQ(report.flows, 2u);
  EXPECT_EQ(report.links, (std::set{LinkType::kEthernet, LinkType{147}}));
  EXPECT_EQ(report.first, kTestStart) << "of all frames of any kind";
  EXPECT_EQ(report.last, kTestStart + 7s);
  EXPECT_EQ(report.late_frames, 0u);
  EXPECT_EQ(report.clock_steps, 0u);
}

TEST(FlowMeter, ReportsNothingWithoutFrames) {
  const MeterReport report = meter({}).report;
  EXPECT_EQ(report.frames, 0u);
  EXPECT_EQ(report.ledger.sum(), 0u);
  EXPECT_FALSE(report.first);
  EXPECT_FALSE(report.last);
}

TEST(FlowMeter, NeverLetsTimeDecreaseWithinAFlow) {
  const Metered metered =
      meter({frame().ethernet().ipv4().udp().at(kTestStart + 500ms),
             frame().ethernet().ipv4().udp().at(kTestStart),
             frame().ethernet().ipv4().udp().at(kTestStart + 900ms),
             frame().ethernet().ipv4().udp().at(kTestStart - 1h),
             frame().ethernet().ipv4().udp().at(kTestStart - 1h + 10ms)});
  ASSERT_EQ(metered.got.flows.size(), 1u);
  std::vector<Duration> times;
  for (const PacketRecord& record : metered.got.flows[0].records) {
    times.push_back(record.time - kTestStart);
  }
  EXPECT_EQ(times, (std::vector<Duration>{500ms, 500ms, 900ms, 900ms, 910ms}));
  EXPECT_EQ(metered.report.late_frames, 1u);
  EXPECT_EQ(metered.report.clock_steps, 1u);
}

TEST(FlowMeter, CountsBurstsEndedEarly) {
  FlowCollector got;
  FlowOptions options;
  options.max_flows = 1;
  FlowMeter meter(options, got);
  const TestFrame one = frame().ethernet().ipv4().udp(40000, 443);
  const TestFrame two = frame().ethernet().ipv4().udp(40001, 443);
  meter.add(one.view());
  meter.add(two.view());
  meter.finish();
  EXPECT_EQ(meter.report().bursts_ended_early, 1u);
}

TEST(FlowMeter, MetersASourceToItsEnd) {
  std::vector<TestFrame> frames;
  for (int i = 0; i < 1000; ++i) {
    frames.push_back(frame().ethernet().ipv4().udp().at(kTestStart + i * 3ms));
  }
  for (const std::string& bytes : {pcap_bytes(frames), pcapng_bytes(frames)}) {
    auto source = open_capture(as_bytes(bytes), "test");
    ASSERT_TRUE(source);
    FlowCollector got;
    FlowMeter meter({}, got);
    meter_all(**source, meter);
    EXPECT_EQ(meter.report().frames, 1000u);
    EXPECT_EQ(meter.origin(), kTestStart);
    ASSERT_EQ(got.flows.size(), 1u);
    EXPECT_EQ(got.flows[0].records.size(), 1000u);
  }
}

TEST(MeterReport, SumsOverCaptures) {
  MeterReport sum = meter({}).report;
  sum += meter(frames_of_every_outcome()).report;
  sum += meter({frame().linux_sll().ipv4().udp().at(kTestStart - 5s)}).report;
  EXPECT_EQ(sum.frames, 11u);
  EXPECT_EQ(sum.ledger.sum(), 11u);
  EXPECT_EQ(sum.flows, 3u);
  EXPECT_EQ(sum.links.size(), 3u);
  EXPECT_EQ(sum.first, kTestStart - 5s);
  EXPECT_EQ(sum.last, kTestStart + 7s);
}

TEST(MeterReport, SumsIrregularities) {
  MeterReport one;
  one.late_frames = 1;
  one.clock_steps = 20;
  one.bursts_ended_early = 300;
  one.first = one.last = kTestStart;
  MeterReport sum = one;
  sum += one;
  sum += MeterReport{};
  EXPECT_EQ(sum.late_frames, 2u);
  EXPECT_EQ(sum.clock_steps, 40u);
  EXPECT_EQ(sum.bursts_ended_early, 600u);
  EXPECT_EQ(sum.first, kTestStart) << "an empty report has no time";
  MeterReport nothing;
  nothing += one;
  EXPECT_EQ(nothing.first, kTestStart);
  EXPECT_EQ(nothing.last, kTestStart);
}

TEST(FlowMeter, EndsNoBurstWhenStoppedEarly) {
  std::vector<TestFrame> frames;
  for (int i = 0; i < 1000; ++i) {
    frames.push_back(frame().ethernet().ipv4().udp().at(kTestStart + i * 3ms));
  }
  const std::string bytes = pcap_bytes(frames);
  auto source = open_capture(as_bytes(bytes), "test");
  ASSERT_TRUE(source);
  FlowCollector got;
  FlowMeter meter({}, got);
  int calls = 0;
  meter_all(**source, meter, [&] { return ++calls < 3; });
  EXPECT_EQ(calls, 3);
  EXPECT_GT(meter.report().frames, 2u);
  EXPECT_LT(meter.report().frames, 1000u);
  EXPECT_TRUE(got.flows.empty());
  EXPECT_EQ(meter.open_flows(), 1u);
}

// Batches and single frames give the same result.
TEST(FlowMeter, MetersBatchesLikeSingleFrames) {
  const std::vector<TestFrame> frames = frames_of_every_outcome();
  for (const std::size_t count : {0u, 1u, 63u, 64u, 65u, 200u}) {
    std::vector<Frame> views;
    for (std::size_t i = 0; i < count; ++i) {
      views.push_back(frames[i % frames.size()].view());
    }
    FlowCollector of_many;
    FlowMeter many({}, of_many);
    many.add(std::span<const Frame>(views));
    many.finish();
    FlowCollector of_each;
    FlowMeter each({}, of_each);
    for (const Frame& view : views) each.add(view);
    each.finish();
    EXPECT_EQ(many.report().frames, count);
    EXPECT_EQ(many.report().ledger.sum(), count);
    EXPECT_EQ(flow_text(of_many), flow_text(of_each)) << count;
  }
}

// Collects the times of each flow's packets by the slots of their frames.
class SlotSink : public FlowSink {
 public:
  void note(const Frame& frame, std::optional<std::uint32_t> slot) {
    if (slot) open_[*slot].push_back(frame.time);
  }
  void take(const Flow& flow) override {
    ++flows;
    std::vector<Timestamp> times;
    for (const PacketRecord& packet : flow.packets) {
      times.push_back(packet.time);
    }
    EXPECT_EQ(open_[flow.slot], times) << "flow " << flows;
    open_.erase(flow.slot);
  }
  bool is_empty() const { return open_.empty(); }

  int flows = 0;

 private:
  std::map<std::uint32_t, std::vector<Timestamp>> open_;
};

// Also where slots are reused within a burst, and where several pairs are one
// flow.
TEST(FlowMeter, GivesTheSlotOfEachFramesFlow) {
  for (const std::size_t max_flows : {1u, 3u, 1000u}) {
    for (const FlowKey key : {FlowKey::kFiveTuple, FlowKey::kRemoteHost}) {
      SlotSink sink;
      FlowOptions options;
      options.max_flows = max_flows;
      options.key = key;
      FlowMeter meter(options, sink);
      for (int i = 0; i < 500; ++i) {
        const TestFrame one =
            frame()
                .ethernet()
                .ipv4("192.168.12." + std::to_string(100 + i * i % 3))
                .udp(static_cast<Port>(40'000 + i * 7 % 5), 443)
                .payload(static_cast<std::size_t>(10 + i))
                .at(kTestStart + i * 100ms + i / 60 * 2s);
        sink.note(one.view(), meter.add(one.view()));
      }
      meter.finish();
      EXPECT_TRUE(sink.is_empty());
      EXPECT_GT(sink.flows, 10);
    }
  }
}

// A bad access fails one test instead of ending the process.
TEST(FlowCollector, ThrowsOnAccessBeyondItsEnd) {
  FlowCollector none;
  EXPECT_THROW(static_cast<void>(none.flows[0]), std::out_of_range);
  EXPECT_THROW(static_cast<void>(none.flows.front()), std::out_of_range);
  EXPECT_THROW(static_cast<void>(none.burst_ends.back()), std::out_of_range);
}

// TCP Fast Open (RFC 7413).
TEST(FlowMeter, CountsThePayloadOfASyn) {
  const auto [report, got] =
      meter({frame().ethernet().ipv4().tcp(40000, 443, kTcpSyn).payload(300)});
  ASSERT_EQ(got.flows.size(), 1u);
  EXPECT_EQ(got.flows[0].sent.packets, 1u);
  EXPECT_EQ(got.flows[0].sent.bytes, 340u);
  ASSERT_EQ(got.flows[0].records.size(), 1u);
  const PacketRecord& record = got.flows[0].records[0];
  EXPECT_EQ(record.syn, 1u);
  EXPECT_EQ(record.length, 340u);
  EXPECT_EQ(record.payload_length, 300u);
  EXPECT_EQ(report.ledger.of(FrameOutcome::kUsed), 1u);
}

}  // namespace
}  // namespace flowtell
