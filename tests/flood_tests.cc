// SPDX-License-Identifier: Apache-2.0
//
// Floods: what strangers can send without end, fed frame by frame to a meter,
// while an honest phone goes on talking beside it. Memory must stay within its
// bound, every frame under a heading, and the phone's flows as they are without
// the flood. Prints the rate and the memory of each, for docs/reliability.md.
//
// FLOWTELL_FLOOD sets the number of frames, which is ten million otherwise, one
// million for some floods and where sanitizers slow everything down;
// FLOWTELL_FLOOD_FLOWS sets how many flows may be open, 100,000 otherwise. With
// either, memory is compared with the general bound alone.
// tests/flood_work_test.py counts instructions that way.
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

constexpr std::uint64_t kUsualFrames = kIsSanitized ? 1'000'000 : 10'000'000;
constexpr std::uint64_t kUsualFlows = 100'000;
constexpr std::uint64_t kFramesASecond = 1'000'000;
constexpr std::uint64_t kHonestEvery = 20'000;  // 20 ms

std::optional<std::uint64_t> number_of(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? std::nullopt : parse_number<std::uint64_t>(text);
}

std::uint64_t frames_or(std::uint64_t usual) {
  return number_of("FLOWTELL_FLOOD").value_or(usual);
}

FlowOptions flood_options() {
  FlowOptions options;
  options.max_flows = static_cast<std::size_t>(
      number_of("FLOWTELL_FLOOD_FLOWS").value_or(kUsualFlows));
  return options;
}

// Only then are a flood's needs those that were measured.
bool is_usual() {
  return !kIsSanitized && !number_of("FLOWTELL_FLOOD") &&
         !number_of("FLOWTELL_FLOOD_FLOWS");
}

// The bytes of one frame, of which a flood changes some from frame to frame.
class Mould {
 public:
  explicit Mould(const TestFrame& frame)
      : bytes_(frame.bytes.begin(), frame.bytes.end()),
        wire_length_(frame.wire_length) {}

  void put32(std::size_t at, std::uint64_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
      bytes_[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    }
  }
  void put16(std::size_t at, std::uint64_t value) {
    bytes_[at] = static_cast<std::uint8_t>(value >> 8);
    bytes_[at + 1] = static_cast<std::uint8_t>(value);
  }
  // Where the frame has eight zeros: the number, as text.
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

// Bijective: another number for each, in no order (Murmur3's finaliser).
std::uint32_t scattered(std::uint64_t i) {
  auto x = static_cast<std::uint32_t>(i);
  x = (x ^ (x >> 16)) * 0x85ebca6bu;
  x = (x ^ (x >> 13)) * 0xc2b2ae35u;
  return x ^ (x >> 16);
}

// What was measured at the end of a flood of the usual size, in megabytes.
struct Needs {
  std::uint64_t table;
  std::uint64_t growth;  // of the whole process
};

struct Flood {
  const char* name;
  TestFrame frame;
  Needs needs;
  void (*change)(Mould& mould, std::uint64_t i);
  FrameOutcome outcome = FrameOutcome::kUsed;
};

FrameBuilder udp_frame() { return frame().ethernet().ipv4().udp(); }

std::vector<Flood> floods() {
  return {
      {"one device, ten million remotes",
       udp_frame().payload(10).build(),
       {39, 31},
       [](Mould& mould, std::uint64_t i) {
         mould.put32(kDestination, 0xcb000000u + scattered(i) % (1u << 24));
         mould.put16(kSourcePort, i);
       }},
      {"ten million devices",
       udp_frame().payload(10).build(),
       {61, 52},
       [](Mould& mould, std::uint64_t i) {
         mould.put32(kSource, kLan10 | (scattered(i) & 0xffffffu));
       }},
      {"ten million flows in bursts that go on",
       udp_frame().payload(10).build(),
       {38, 31},
       [](Mould& mould, std::uint64_t i) {
         mould.put32(kSource, kLan10 | (i % 64));
         mould.put32(kDestination, 0xcb000000u + scattered(i) % (1u << 24));
       }},
      {"one flow without end",
       udp_frame().payload(1000).build(),
       {40, 57},
       [](Mould&, std::uint64_t) {}},
      {"first fragments without end",
       frame()
           .ethernet()
           .ipv4()
           .fragment({1, 0, true})
           .udp()
           .payload(64)
           .build(),
       {40, 57},
       [](Mould& mould, std::uint64_t i) { mould.put16(kIdentification, i); }},
      {"later fragments without a first",
       frame()
           .ethernet()
           .ipv4()
           .fragment({1, 9, true})
           .udp()
           .payload(64)
           .build(),
       {1, 1},
       [](Mould& mould, std::uint64_t i) {
         mould.put32(kSource, kLan10 | (scattered(i) & 0xffffffu));
         mould.put16(kIdentification, i);
       },
       FrameOutcome::kFragmentWithoutPorts},
      {"addresses and ports that differ by one bit each",
       udp_frame().payload(10).build(),
       {40, 31},
       [](Mould& mould, std::uint64_t i) {
         mould.put32(kSource, kLan10 | (1u << (i % 24)));
         mould.put32(kDestination, 0xcb000000u | (1u << (i / 24 % 24)));
         mould.put16(kSourcePort, 1u << (i / 576 % 16));
       }},
  };
}

FrameBuilder hello_frame(const TestHello& hello) {
  constexpr std::size_t kSegment = 1400;
  return frame().ethernet().ipv4().tcp().payload(
      std::string_view(tls_records(client_hello(hello))).substr(0, kSegment));
}

// Of names, which are looked for only where they are wanted.
std::vector<Flood> name_floods() {
  const std::string name = std::string(Mould::kDigits) + ".example.org";
  const auto from_anywhere = +[](Mould& mould, std::uint64_t i) {
    mould.put32(kSource, kLan10 | (scattered(i) & 0xffffffu));
  };
  return {
      {"the front of a hello of 64 kB, which never goes on",
       hello_frame({.padding_before = 64'000}).build(),
       {61, 58},
       from_anywhere},
      {"hellos, each with another name",
       hello_frame({.server = name}).build(),
       {61, 76},
       [](Mould& mould, std::uint64_t i) {
         mould.put32(kSource, kLan10 | (scattered(i) & 0xffffffu));
         mould.put_digits(i);
       }},
      {"DNS answers, each for another name",
       frame()
           .ethernet()
           .ipv4("192.168.77.1", "192.168.77.9")
           .udp(53, 40000)
           .payload(dns().asks(name).v4(name, "203.0.113.5").bytes())
           .build(),
       {19, 37},
       [](Mould& mould, std::uint64_t i) { mould.put_digits(i); }},
  };
}

TestFrame deep_ipv6() {
  FrameBuilder builder = frame().ethernet().ipv6();
  for (int i = 0; i < 180; ++i) builder.extension(60);
  return builder.udp().payload(10).build();
}

// Only the honest phone's flows.
class PhoneSink : public FlowSink {
 public:
  void take(const Flow& flow) override {
    if (flow.device == phone_) flows.emplace_back(flow);
  }
  std::vector<CollectedFlow> flows;

 private:
  const Address phone_ = test_address("192.168.77.7");
};

// What the phone sends and is sent, one frame at a time, pausing two seconds
// after each hundred.
Frame honest_frame(std::uint64_t i, Timestamp time, const TestFrame& sent,
                   const TestFrame& received) {
  Frame frame = i % 3 == 0 ? sent.view() : received.view();
  frame.time = time;
  return frame;
}

struct Outcome {
  std::vector<CollectedFlow> honest;
  MeterReport report;
  std::size_t most_open = 0;
  std::size_t memory = 0;
  std::uint64_t growth = 0;  // of the whole process
  double seconds = 0;
};

// What this process has in use; what it gave back to its heap goes first.
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
  std::optional<Mould> mould;
  if (flood != nullptr) mould.emplace(flood->frame);
  PhoneSink sink;
  const std::uint64_t resident_before = resident();
  FlowMeter meter(options, sink);
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t honest = 0;
  for (std::uint64_t i = 0; i < frames; ++i) {
    const Timestamp now =
        kTestStart + Duration(i * (1'000'000'000 / kFramesASecond));
    if (flood != nullptr) {
      flood->change(*mould, i);
      meter.add(mould->at(now));
    }
    // A hundred frames in two seconds, then two of silence.
    if (i % kHonestEvery == 0 && i / kHonestEvery % 200 < 100) {
      meter.add(honest_frame(honest++, now, sent, received));
    }
  }
  Outcome outcome;
  outcome.memory = meter.table().memory();
  const std::uint64_t resident_now = resident();
  outcome.growth = resident_now - std::min(resident_before, resident_now);
  outcome.most_open = meter.table().most_open_flows();
  meter.finish();
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  outcome.seconds = took.count();
  outcome.report = meter.report();
  outcome.honest = std::move(sink.flows);
  return outcome;
}

void expect_same(const std::vector<CollectedFlow>& flooded,
                 const std::vector<CollectedFlow>& quiet) {
  ASSERT_EQ(flooded.size(), quiet.size());
  for (std::size_t i = 0; i < quiet.size(); ++i) {
    EXPECT_EQ(flooded[i].first, quiet[i].first);
    EXPECT_EQ(flooded[i].last, quiet[i].last);
    EXPECT_EQ(flooded[i].sent.bytes, quiet[i].sent.bytes);
    EXPECT_EQ(flooded[i].received.packets, quiet[i].received.packets);
  }
}

void stand(const Flood& flood, std::uint64_t frames,
           const FlowOptions& options) {
  const Outcome quiet = run(nullptr, frames, options);
  const Outcome flooded = run(&flood, frames, options);
  ASSERT_FALSE(quiet.honest.empty());
  // In a smaller table a phone that talks every 20,000 frames is too silent.
  if (options.max_flows >= kUsualFlows) {
    expect_same(flooded.honest, quiet.honest);
  }
  EXPECT_LE(flooded.most_open, options.max_flows);
  EXPECT_EQ(flooded.report.ledger.sum(), flooded.report.frames);
  EXPECT_EQ(flooded.report.ledger.of(flood.outcome),
            frames + (flood.outcome == FrameOutcome::kUsed ? quiet.report.frames
                                                           : 0));
  // A flow, twice as many pairs, sixteen packets in four chunks, a device and
  // the places in the indexes; vectors grow by doubling.
  EXPECT_LE(flooded.memory, options.max_flows * 2 * 1000);
  // Twice what was measured: anything that grows with the flood is far beyond.
  if (is_usual()) {
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

TEST_P(FloodTest, LeavesMemoryBoundedAndTheHonestPhonesFlowsAlone) {
  stand(GetParam(), frames_or(kUsualFrames), flood_options());
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

TEST_P(NameFloodTest, LeavesMemoryBoundedAndTheHonestPhonesFlowsAlone) {
  FlowOptions options = flood_options();
  options.names = true;
  stand(GetParam(), frames_or(kUsualFrames / 10), options);
}

INSTANTIATE_TEST_SUITE_P(All, NameFloodTest, testing::ValuesIn(name_floods()),
                         name_of);

TEST(Flood, OfIpv6HeaderChainsIsReadToTheEnd) {
  const Flood flood{"IPv6 with 180 extension headers",
                    deep_ipv6(),
                    {19, 19},
                    [](Mould&, std::uint64_t) {}};
  stand(flood, frames_or(kUsualFrames / 10), flood_options());
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
