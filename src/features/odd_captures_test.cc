// SPDX-License-Identifier: Apache-2.0
//
// Properties of any capture, however malformed: features are finite, gaps are
// never negative, and the ledger sums to the frames read.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "capture/capture_file.h"
#include "features/feature_list.h"
#include "flow/flow_meter.h"
#include "support/pcap_bytes.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

// --- random frames -----------------------------------------------------------

std::string some_address() {
  return *rc::gen::element<std::string>("192.168.12.100", "10.0.0.7",
                                        "203.0.113.5", "0.0.0.0",
                                        "255.255.255.255");
}

std::string some_v6_address() {
  return *rc::gen::element<std::string>("fd00::7", "2001:db8::5",
                                        "::", "ff02::1");
}

Port some_port() { return *rc::gen::element<Port>(0, 53, 443, 40000, 65535); }

FrameBuilder some_link() {
  switch (*rc::gen::inRange(0, 7)) {
    case 0:
      return frame().ethernet().vlan();
    case 1:
      return frame().ethernet().pppoe();
    case 2:
      return frame().linux_sll();
    case 3:
      return frame().linux_sll2();
    case 4:
      return frame().raw();
    case 5:
      return frame().null(ByteOrder::kLittle);
    default:
      return frame().ethernet();
  }
}

TestFrame some_packet() {
  FrameBuilder builder = some_link();
  if (*rc::gen::arbitrary<bool>()) {
    builder.ipv4(some_address(), some_address(), *rc::gen::inRange(0u, 3u));
  } else {
    builder.ipv6(some_v6_address(), some_v6_address());
  }
  if (*rc::gen::inRange(0, 4) == 0) {
    builder.fragment({*rc::gen::inRange(0u, 3u),
                      *rc::gen::element<std::uint16_t>(0, 0, 1, 0x1fff),
                      *rc::gen::arbitrary<bool>()});
  }
  if (*rc::gen::arbitrary<bool>()) {
    builder.tcp(some_port(), some_port(), *rc::gen::arbitrary<std::uint8_t>(),
                *rc::gen::inRange(0u, 3u));
  } else {
    builder.udp(some_port(), some_port());
  }
  builder.payload(*rc::gen::inRange<std::size_t>(0, 100));
  builder.padding(*rc::gen::element<std::size_t>(0, 0, 6, 46));
  if (*rc::gen::inRange(0, 4) == 0) {
    builder.stated_length(
        *rc::gen::element<std::uint16_t>(0, 1, 28, 40, 65535));
  }
  return builder.snap(*rc::gen::element<std::size_t>(30, 60, 1500));
}

TestFrame some_mutated_packet() {
  TestFrame frame = some_packet();
  const auto flips = *rc::gen::inRange(1, 6);
  for (int i = 0; i < flips && !frame.bytes.empty(); ++i) {
    frame.bytes[*rc::gen::inRange<std::size_t>(0, frame.bytes.size())] =
        static_cast<char>(*rc::gen::arbitrary<std::uint8_t>());
  }
  frame.wire_length = *rc::gen::element(0u, frame.wire_length, UINT32_MAX);
  return frame;
}

TestFrame some_noise() {
  TestFrame frame;
  for (const auto byte : *rc::gen::arbitrary<std::vector<std::uint8_t>>()) {
    frame.bytes += static_cast<char>(byte);
  }
  frame.wire_length = *rc::gen::arbitrary<std::uint32_t>();
  frame.link = static_cast<LinkType>(
      *rc::gen::element<std::uint16_t>(0, 1, 12, 101, 105, 113, 228, 276));
  return frame;
}

// The time from the previous frame.
Duration some_step() {
  constexpr std::int64_t kSecond = kNanosecondsPerSecond;
  return Duration{*rc::gen::weightedOneOf<std::int64_t>(
      {{6, rc::gen::element<std::int64_t>(0, 1, kSecond / 100, kSecond / 2)},
       {3, rc::gen::element(kSecond, kSecond + 1, 2 * kSecond, 4000 * kSecond)},
       {2, rc::gen::element(-kSecond / 2, -kSecond - 1, -4000 * kSecond)},
       {1, rc::gen::inRange(INT64_MIN / 4, INT64_MAX / 4)}})};
}

std::vector<TestFrame> some_capture() {
  const auto any_frame = rc::gen::exec([] {
    TestFrame frame;
    switch (*rc::gen::weightedElement<int>({{6, 0}, {3, 1}, {1, 2}})) {
      case 0:
        frame = some_packet();
        break;
      case 1:
        frame = some_mutated_packet();
        break;
      default:
        frame = some_noise();
    }
    frame.time = Timestamp{some_step()};
    return frame;
  });
  auto frames = *rc::gen::container<std::vector<TestFrame>>(any_frame);
  Timestamp now = kTestStart;
  for (TestFrame& frame : frames) {
    const Duration step = frame.time.time_since_epoch();
    now = std::clamp(now + step, kEarliestTime, kLatestTime);
    frame.time = now;
  }
  return frames;
}

// --- invariants --------------------------------------------------------------

class CheckingSink : public FlowSink {
 public:
  void take(const Flow& flow) override {
    RC_ASSERT(!flow.packets.empty());
    RC_ASSERT(flow.sent.packets + flow.received.packets == flow.packets.size());
    RC_ASSERT(flow.first == flow.packets.front().time);
    RC_ASSERT(flow.last == flow.packets.back().time);
    series_.assign(flow);
    for (const double gap : series_.gaps) RC_ASSERT(gap >= 0);
    for (const FeatureSet& set : feature_sets()) {
      std::vector<double> values(set.columns.size(), std::nan(""));
      set.measure(series_, values);
      for (const double value : values) RC_ASSERT(std::isfinite(value));
    }
    packets += flow.packets.size();
    ++flows;
  }

  std::uint64_t packets = 0;
  std::uint64_t flows = 0;

 private:
  FlowSeries series_;
};

FlowOptions some_options() {
  FlowOptions options;
  options.key = *rc::gen::element(FlowKey::kFiveTuple, FlowKey::kRemoteEndpoint,
                                  FlowKey::kRemoteHost);
  options.max_flows = *rc::gen::element<std::size_t>(1, 2, 5, 1000);
  return options;
}

void expect_sound(const MeterReport& report, const CheckingSink& sink,
                  std::uint64_t frames) {
  RC_ASSERT(report.frames == frames);
  RC_ASSERT(report.ledger.sum() == frames);
  RC_ASSERT(report.ledger.of(FrameOutcome::kUsed) == sink.packets);
  RC_ASSERT(report.flows == sink.flows);
}

RC_GTEST_PROP(OddCaptures, GiveFiniteFeaturesAndAFullLedger, ()) {
  const std::vector<TestFrame> frames = some_capture();
  CheckingSink sink;
  FlowMeter meter(some_options(), sink);
  for (const TestFrame& frame : frames) meter.add(frame.view());
  meter.finish();
  expect_sound(meter.report(), sink, frames.size());
}

RC_GTEST_PROP(OddCaptures, GiveFiniteFeaturesWhenReadFromAFile, ()) {
  PcapStyle style;
  style.link = *rc::gen::element(LinkType::kEthernet, LinkType::kRaw);
  std::string bytes = pcap_header(style);
  const auto count = *rc::gen::inRange(0, 20);
  for (int i = 0; i < count; ++i) {
    TestFrame frame = some_packet();
    frame.time = kTestStart + i * 1s;
    bytes += pcap_record(frame, style);
  }
  const auto flips = *rc::gen::inRange(0, 10);
  for (int i = 0; i < flips && bytes.size() > 24; ++i) {
    bytes[*rc::gen::inRange<std::size_t>(24, bytes.size())] =
        static_cast<char>(*rc::gen::arbitrary<std::uint8_t>());
  }
  auto source = open_capture(as_bytes(bytes), "odd");
  RC_ASSERT(source.has_value());
  CheckingSink sink;
  FlowMeter meter(some_options(), sink);
  meter_all(**source, meter);
  expect_sound(meter.report(), sink, meter.report().frames);
}

}  // namespace
}  // namespace flowtell
