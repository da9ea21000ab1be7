// SPDX-License-Identifier: Apache-2.0
//
// Floods: traffic that outsiders can send without end, while a normal phone
// communicates. Memory must stay within its bound, the ledger must count every
// frame, and the phone's flows must be the same as without the flood. Prints
// the rate and the memory of each flood for docs/reliability.md.
//
// FLOWTELL_FLOOD sets the number of frames (default: ten million; one million
// for some floods and with sanitizers). FLOWTELL_FLOOD_FLOWS sets how many
// flows may be open (default: 100,000). With either, only the general memory
// bound is checked; tests/flood_work_test.py counts instructions that way.
#include <gtest/gtest.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "base/sanitized.h"
#include "base/text.h"
#include "flow/flow_meter.h"
#include "live/memory_use.h"
#include "report/quantity.h"
#include "support/dns_bytes.h"
#include "support/flow_collector.h"
#include "support/hello_bytes.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

constexpr std::uint64_t kDefaultFrames = kIsSanitized ? 1'000'000 : 10'000'000;
constexpr std::uint64_t kDefaultFlows = 100'000;
constexpr std::uint64_t kFramesASecond = 1'000'000;
constexpr std::uint64_t kPhoneEvery = 20'000;  // 20 ms

std::optional<std::uint64_t> number_of(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? std::nullopt : parse_number<std::uint64_t>(text);
}

std::uint64_t frames_or(std::uint64_t default_frames) {
  return number_of("FLOWTELL_FLOOD").value_or(default_frames);
}

FlowOptions flood_options() {
  FlowOptions options;
  options.max_flows = static_cast<std::size_t>(
      number_of("FLOWTELL_FLOOD_FLOWS").value_or(kDefaultFlows));
  return options;
}

// The measured memory needs hold only for the default sizes.
bool has_default_size() {
  return !kIsSanitized && !number_of("FLOWTELL_FLOOD") &&
         !number_of("FLOWTELL_FLOOD_FLOWS");
}

// The bytes of one frame, some of which a flood changes for each frame.
class Template {
 public:
  explicit Template(const TestFrame& frame)
      : bytes_(frame.bytes.begin(), frame.bytes.end()),
        wire_length_(frame.wire_length) {
    // Its stations are not the phone's, which would make both one device.
    put32(0, 0x02aa'aaaa);
    put32(6, 0x02bb'bbbb);
  }

  void put32(std::size_t at, std::uint64_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
      bytes_[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    }
  }
  void put16(std::size_t at, std::uint64_t value) {
    bytes_[at] = static_cast<std::uint8_t>(value >> 8);
    bytes_[at + 1] = static_cast<std::uint8_t>(value);
  }
  // Writes the number as text in place of eight zeros of the frame.
  void put_digits(std::uint64_t value) {
    for (std::size_t i = 0; i < kDigits.size(); ++i, value /= 10) {
      bytes_[digits_at_ + i] = static_cast<std::uint8_t>('0' + value % 10);
    }
  }
  Frame at(Timestamp time) const {
    return {time, bytes_, wire_length_, LinkType::kEthernet};
  }

  static constexpr std::string_view kDigits = "00000000";

 private:
  std::vector<std::uint8_t> bytes_;
  std::uint32_t wire_length_;
  std::size_t digits_at_ =
      static_cast<std::size_t>(std::search(bytes_.begin(), bytes_.end(),
                                           kDigits.begin(), kDigits.end()) -
                               bytes_.begin());
};

constexpr std::size_t kIdentification = 14 + 4;
constexpr std::size_t kSource = 14 + 12;
constexpr std::size_t kDestination = 14 + 16;
constexpr std::size_t kSourcePort = 14 + 20;
constexpr std::uint32_t kLan10 = 10u << 24;

// Bijective: a distinct scattered number for each i (Murmur3's finaliser).
std::uint32_t scattered(std::uint64_t i) {
  auto x = static_cast<std::uint32_t>(i);
  x = (x ^ (x >> 16)) * 0x85ebca6bu;
  x = (x ^ (x >> 13)) * 0xc2b2ae35u;
  return x ^ (x >> 16);
}

// The memory measured at the end of a flood of the default size, in megabytes.
struct Needs {
  std::uint64_t table;
  std::uint64_t growth;  // of the whole process
};

struct Flood {
  const char* name;
  TestFrame frame;
  Needs needs;
  void (*change)(Template& bytes, std::uint64_t i);
  FrameOutcome outcome = FrameOutcome::kUsed;
};

FrameBuilder udp_frame() { return frame().ethernet().ipv4().udp(); }

std::vector<Flood> floods() {
  return {
      {"one device, ten million remotes",
       udp_frame().payload(10).build(),
       {39, 31},
       [](Template& bytes, std::uint64_t i) {
         bytes.put32(kDestination, 0xcb000000u + scattered(i) % (1u << 24));
         bytes.put16(kSourcePort, i);
       }},
      {"ten million devices",
       udp_frame().payload(10).build(),
       {61, 52},
       [](Template& bytes, std::uint64_t i) {
         bytes.put32(kSource, kLan10 | (scattered(i) & 0xffffffu));
       }},
      {"ten million flows in bursts that go on",
       udp_frame().payload(10).build(),
       {38, 31},
       [](Template& bytes, std::uint64_t i) {
         bytes.put32(kSource, kLan10 | (i % 64));
         bytes.put32(kDestination, 0xcb000000u + scattered(i) % (1u << 24));
       }},
      {"one flow without end",
       udp_frame().payload(1000).build(),
       {40, 57},
       [](Template& bytes, std::uint64_t i) {
         bytes.put16(kIdentification, i);
       }},
      {"first fragments without end",
       frame()
           .ethernet()
           .ipv4()
           .fragment({1, 0, true})
           .udp()
           .payload(64)
           .build(),
       {40, 57},
       [](Template& bytes, std::uint64_t i) {
         bytes.put16(kIdentification, i);
       }},
      {"later fragments without a first",
       frame()
           .ethernet()
           .ipv4()
           .fragment({1, 9, true})
           .udp()
           .payload(64)
           .build(),
       {1, 1},
       [](Template& bytes, std::uint64_t i) {
         bytes.put32(kSource, kLan10 | (scattered(i) & 0xffffffu));
         bytes.put16(kIdentification, i);
       },
       FrameOutcome::kFragmentWithoutPorts},
      {"addresses and ports that differ by one bit each",
       udp_frame().payload(10).build(),
       {40, 31},
       [](Template& bytes, std::uint64_t i) {
         bytes.put32(kSource, kLan10 | (1u << (i % 24)));
         bytes.put32(kDestination, 0xcb000000u | (1u << (i / 24 % 24)));
         bytes.put16(kSourcePort, 1u << (i / 576 % 16));
       }},
  };
}

FrameBuilder hello_frame(const TestHello& hello) {
  constexpr std::size_t kSegment = 1400;
  return frame().ethernet().ipv4().tcp().payload(
      std::string_view(tls_records(client_hello(hello))).substr(0, kSegment));
}

// Floods of names, which are read only with options.names.
std::vector<Flood> name_floods() {
  const std::string name = std::string(Template::kDigits) + ".example.org";
  const auto from_anywhere = +[](Template& bytes, std::uint64_t i) {
    bytes.put32(kSource, kLan10 | (scattered(i) & 0xffffffu));
  };
  return {
      {"the front of a hello of 64 kB, which never goes on",
       hello_frame({.padding_before = 64'000}).build(),
       {61, 58},
       from_anywhere},
      {"hellos, each with another name",
       hello_frame({.server = name}).build(),
       {61, 76},
       [](Template& bytes, std::uint64_t i) {
         bytes.put32(kSource, kLan10 | (scattered(i) & 0xffffffu));
         bytes.put_digits(i);
       }},
      {"DNS answers, each for another name",
       frame()
           .ethernet()
           .ipv4("192.168.77.1", "192.168.77.9")
           .udp(53, 40000)
           .payload(dns().asks(name).v4(name, "203.0.113.5").bytes())
           .build(),
       {19, 37},
       [](Template& bytes, std::uint64_t i) { bytes.put_digits(i); }},
  };
}

TestFrame deep_ipv6() {
  FrameBuilder builder = frame().ethernet().ipv6();
  for (int i = 0; i < 180; ++i) builder.extension(60);
  return builder.udp().payload(10).build();
}

// Collects only the flows of the normal phone.
class PhoneSink : public FlowSink {
 public:
  void take(const Flow& flow) override {
    if (flow.device == phone_) flows.emplace_back(flow);
  }
  std::vector<CollectedFlow> flows;

 private:
  const Address phone_ = test_address("192.168.77.7");
};

// The normal phone's traffic, one frame at a time.
Frame phone_frame(std::uint64_t i, Timestamp time, const TestFrame& sent,
                  const TestFrame& received) {
  Frame frame = i % 3 == 0 ? sent.view() : received.view();
  frame.time = time;
  return frame;
}

struct Outcome {
  std::vector<CollectedFlow> phone_flows;
  MeterReport report;
  std::size_t max_open = 0;
  std::size_t memory = 0;
  std::uint64_t growth = 0;  // of the whole process
  double seconds = 0;
};

// The resident memory of this process, after free heap is returned.
std::uint64_t resident() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
  return MemoryUse().resident().value_or(0);
}

Outcome run(const Flood* flood, std::uint64_t frames,
            const FlowOptions& options) {
  const TestFrame sent = frame()
                             .ethernet()
                             .ipv4("192.168.77.7", "198.51.100.1")
                             .tcp(50000, 443)
                             .payload(300)
                             .build();
  const TestFrame received = frame()
                                 .ethernet()
                                 .ipv4("198.51.100.1", "192.168.77.7")
                                 .tcp(443, 50000)
                                 .payload(1200)
                                 .build();
  std::optional<Template> bytes;
  if (flood != nullptr) bytes.emplace(flood->frame);
  PhoneSink sink;
  const std::uint64_t resident_before = resident();
  FlowMeter meter(options, sink);
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t phone_flows = 0;
  for (std::uint64_t i = 0; i < frames; ++i) {
    const Timestamp now =
        kTestStart + Duration(i * (1'000'000'000 / kFramesASecond));
    if (flood != nullptr) {
      flood->change(*bytes, i);
      meter.add(bytes->at(now));
    }
    // A hundred frames in two seconds, then two seconds of silence.
    if (i % kPhoneEvery == 0 && i / kPhoneEvery % 200 < 100) {
      meter.add(phone_frame(phone_flows++, now, sent, received));
    }
  }
  Outcome outcome;
  outcome.memory = meter.table().memory();
  const std::uint64_t resident_after = resident();
  outcome.growth = resident_after - std::min(resident_before, resident_after);
  outcome.max_open = meter.table().peak_open_flows();
  meter.finish();
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  outcome.seconds = took.count();
  outcome.report = meter.report();
  outcome.phone_flows = std::move(sink.flows);
  return outcome;
}

void expect_same(const std::vector<CollectedFlow>& flooded,
                 const std::vector<CollectedFlow>& base) {
  ASSERT_EQ(flooded.size(), base.size());
  for (std::size_t i = 0; i < base.size(); ++i) {
    EXPECT_EQ(flooded[i].first, base[i].first);
    EXPECT_EQ(flooded[i].last, base[i].last);
    EXPECT_EQ(flooded[i].sent.bytes, base[i].sent.bytes);
    EXPECT_EQ(flooded[i].received.packets, base[i].received.packets);
  }
}

void check_flood(const Flood& flood, std::uint64_t frames,
                 const FlowOptions& options) {
  const Outcome base = run(nullptr, frames, options);
  const Outcome flooded = run(&flood, frames, options);
  ASSERT_FALSE(base.phone_flows.empty());
  // A smaller table evicts the flows of a phone that sends so rarely.
  if (options.max_flows >= kDefaultFlows) {
    expect_same(flooded.phone_flows, base.phone_flows);
  }
  EXPECT_LE(flooded.max_open, options.max_flows);
  EXPECT_EQ(flooded.report.ledger.sum(), flooded.report.frames);
  EXPECT_EQ(
      flooded.report.ledger.of(flood.outcome),
      frames + (flood.outcome == FrameOutcome::kUsed ? base.report.frames : 0));
  // Bytes of a flow, two pairs, sixteen packets in four chunks, a device, its
  // address and station, and index entries; vectors double when they grow.
  EXPECT_LE(flooded.memory, options.max_flows * 2 * 1200);
  // Twice the measured need; growth with the flood would far exceed it.
  if (has_default_size()) {
    constexpr std::uint64_t kMegabyte = 1'000'000;
    EXPECT_LE(flooded.memory, 2 * flood.needs.table * kMegabyte);
    EXPECT_LE(flooded.growth, 2 * flood.needs.growth * kMegabyte);
  }
  fmt::print(
      "{}: {} frames, {} frames/s, {} in the table, the process grew by {}, {} "
      "bursts cut\n",
      flood.name, grouped_text(frames),
      grouped_text(static_cast<std::uint64_t>(static_cast<double>(frames) /
                                              flooded.seconds)),
      bytes_text(flooded.memory), bytes_text(flooded.growth),
      grouped_text(flooded.report.bursts_ended_early));
}

class FloodTest : public testing::TestWithParam<Flood> {};

TEST_P(FloodTest, BoundsMemoryAndKeepsThePhonesFlows) {
  check_flood(GetParam(), frames_or(kDefaultFrames), flood_options());
}

std::string name_of(const testing::TestParamInfo<Flood>& flood) {
  std::string name = flood.param.name;
  for (char& c : name) {
    if (std::isalnum(c) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, FloodTest, testing::ValuesIn(floods()), name_of);

class NameFloodTest : public testing::TestWithParam<Flood> {};

TEST_P(NameFloodTest, BoundsMemoryAndKeepsThePhonesFlows) {
  FlowOptions options = flood_options();
  options.names = true;
  check_flood(GetParam(), frames_or(kDefaultFrames / 10), options);
}

INSTANTIATE_TEST_SUITE_P(All, NameFloodTest, testing::ValuesIn(name_floods()),
                         name_of);

TEST(Flood, OfIpv6HeaderChainsIsReadCompletely) {
  const Flood flood{"IPv6 with 180 extension headers",
                    deep_ipv6(),
                    {19, 19},
                    [](Template&, std::uint64_t) {}};
  check_flood(flood, frames_or(kDefaultFrames / 10), flood_options());
}

// A million flows of four packets, open at once.
TEST(Memory, OfAMillionOpenFlowsIsBelow250Megabytes) {
  FlowCollector collector;
  FlowTable table({}, collector);
  const TestFrame made = udp_frame().payload(10).build();
  Packet packet{};
  ASSERT_EQ(Decoder().decode(made.view(), packet), FrameOutcome::kUsed);
  for (int round = 0; round < 4; ++round) {
    for (std::uint32_t i = 0; i < 1'000'000; ++i) {
      packet.time = kTestStart + round * 1us;
      packet.source_port = static_cast<Port>(i);
      packet.destination.bytes[14] = static_cast<std::uint8_t>(i >> 16);
      table.add(packet);
    }
  }
  EXPECT_EQ(table.open_flows(), 1'000'000u);
  EXPECT_LE(table.memory(), 250'000'000u);
  fmt::print("{} in the table for a million open flows of 4 packets\n",
             bytes_text(table.memory()));
}

}  // namespace
}  // namespace flowtell
