// SPDX-License-Identifier: Apache-2.0
//
// Compares the flow table with a slow, simple reference on random packets.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "base/random.h"
#include "flow/device_evidence.h"
#include "support/flow_words.h"
#include "support/packets.h"

namespace flowtell {
namespace {

using End = FlowEnd;

class SlowFlowTable {
 public:
  explicit SlowFlowTable(FlowOptions options) : options_(options) {}

  void add(const Packet& packet) {
    end_bursts(packet.time);
    const End source{packet.source, packet.source_port};
    const End destination{packet.destination, packet.destination_port};
    const auto pair =
        std::tuple(std::min(source, destination), std::max(source, destination),
                   packet.protocol);
    if (!devices_.contains(pair)) {
      devices_[pair] = source_is_device(packet) ? source : destination;
    }
    const End device = devices_[pair];
    const bool sent = source == device;
    const End remote = sent ? destination : source;

    if (!open_.contains(device.first)) {
      open_[device.first].first = packet.time;
      open_[device.first].number = packets_;
    }
    Burst& burst = open_[device.first];
    burst.last = packet.time;
    burst.order = ++packets_;
    Flow* flow = nullptr;
    for (Flow& each : burst.flows) {
      if (is_same_flow(each, device, remote, packet.protocol)) flow = &each;
    }
    if (flow == nullptr) {
      flow =
          &burst.flows.emplace_back(Flow{device, remote, packet.protocol, {}});
    }
    flow->records.emplace_back(packet,
                               sent ? Direction::kSent : Direction::kReceived);
  }

  std::string finish() {
    while (!open_.empty()) end_burst(idle_longest());
    return out_;
  }

 private:
  struct Flow {
    End device;
    End remote;
    Protocol protocol;
    std::vector<PacketRecord> records;
  };
  struct Burst {
    Timestamp first{};
    Timestamp last{};
    int number = 0;  // of its first packet
    int order = 0;   // of its last packet
    std::vector<Flow> flows;
  };

  // Asked once a pair. The evidence of earlier frames has tests of its own.
  bool source_is_device(const Packet& packet) {
    const bool source_inside = options_.lan.contains(packet.source);
    const bool destination_inside = options_.lan.contains(packet.destination);
    if (source_inside != destination_inside) return source_inside;
    DeviceEnd shown = DeviceEnd::kUnknown;
    if (!source_inside) {
      shown = evidence_.end_of(packet);
      evidence_.note_pair(packet);
    }
    if (packet.tcp_flags & kTcpSyn) return !(packet.tcp_flags & kTcpAck);
    if (shown != DeviceEnd::kUnknown) return shown == DeviceEnd::kSource;
    if ((packet.source_port < 1024) != (packet.destination_port < 1024)) {
      return packet.destination_port < 1024;
    }
    return true;
  }

  bool is_same_flow(const Flow& flow, const End& device, const End& remote,
                    Protocol protocol) const {
    if (flow.protocol != protocol) return false;
    switch (options_.key) {
      case FlowKey::kFiveTuple:
        return flow.device == device && flow.remote == remote;
      case FlowKey::kRemoteEndpoint:
        return flow.remote == remote;
      case FlowKey::kRemoteHost:
        return flow.remote.first == remote.first;
    }
    return false;
  }

  using Open = std::map<Address, Burst>;

  Timestamp gap_end(const Burst& burst) const {
    return burst.last + options_.burst_gap;
  }
  Timestamp end_of(const Burst& burst) const {
    if (options_.burst_limit == 0s) return gap_end(burst);
    return std::min(gap_end(burst), burst.first + options_.burst_limit);
  }

  Open::iterator idle_longest() {
    return std::min_element(open_.begin(), open_.end(), [](auto& a, auto& b) {
      return a.second.order < b.second.order;
    });
  }

  // The bursts that end first are first; of equal ends, those that end by their
  // gap.
  void end_bursts(Timestamp now) {
    for (;;) {
      auto next =
          std::min_element(open_.begin(), open_.end(), [&](auto& a, auto& b) {
            const auto rank = [&](const Burst& burst) {
              const bool by_gap = end_of(burst) == gap_end(burst);
              return std::tuple(end_of(burst), !by_gap,
                                by_gap ? burst.order : burst.number);
            };
            return rank(a.second) < rank(b.second);
          });
      if (next == open_.end() || end_of(next->second) >= now) return;
      end_burst(next);
    }
  }

  void end_burst(Open::iterator ended) {
    for (const Flow& flow : ended->second.flows) {
      out_ += flow_text(ended_[ended->first], flow.device, flow.remote,
                        flow.protocol, flow.records);
    }
    out_ += "end of burst\n";
    ++ended_[ended->first];
    open_.erase(ended);
  }

  FlowOptions options_;
  int packets_ = 0;
  std::map<std::tuple<End, End, Protocol>, End> devices_;
  DeviceEvidence evidence_;
  Open open_;
  std::map<Address, std::uint32_t> ended_;
  std::string out_;  // one line per flow
};

// Packets among few ends, so that pairs repeat; within an hour, so that no pair
// is removed.
std::vector<Packet> random_packets(Random& random) {
  constexpr const char* kAddresses[] = {"192.168.12.100", "192.168.12.101",
                                        "fd00::7",        "203.0.113.5",
                                        "203.0.113.6",    "2001:db8::5"};
  constexpr Port kPorts[] = {53, 443, 1023, 1024, 40000};
  constexpr Duration kGaps[] = {0ns, 1ns, 3ms, 400ms, 999ms, 1s, 1s + 1ns, 2s};
  const std::uint32_t gaps = random.below(8) + 1;
  const auto any_end = [&] {
    return TestEnd(kAddresses[random.below(6)], kPorts[random.below(5)]);
  };
  std::vector<Packet> packets;
  Timestamp now = kTestStart;
  const std::uint32_t count = random.below(300);
  for (std::uint32_t i = 0; i < count; ++i) {
    now += kGaps[random.below(gaps)];
    const TestEnd from = any_end();
    const TestEnd to = any_end();
    if (from.address == to.address && from.port == to.port) continue;
    const bool is_tcp = random.below(2) == 0;
    Packet packet{};
    packet.time = now;
    packet.source = from.address;
    packet.destination = to.address;
    packet.source_port = from.port;
    packet.destination_port = to.port;
    packet.protocol = is_tcp ? Protocol::kTcp : Protocol::kUdp;
    if (is_tcp) packet.tcp_flags = static_cast<std::uint8_t>(random.below(32));
    packet.length = 40 + random.below(1460);
    packets.push_back(packet);
  }
  return packets;
}

class EveryFlowKey : public testing::TestWithParam<FlowKey> {};

TEST_P(EveryFlowKey, MatchesTheSlowReference) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    FlowOptions options;
    options.key = GetParam();
    if (seed % 4 == 1) options.burst_gap = 400ms;
    if (seed % 4 == 2) options.lan = *Lan::parse("203.0.113.5");
    if (seed % 4 == 3) options.lan = *Lan::parse("");
    if (seed % 3 == 1) options.burst_limit = 2s;
    if (seed % 3 == 2) options.burst_limit = 3ms;
    const std::vector<Packet> packets = random_packets(random);
    SlowFlowTable reference(options);
    for (const Packet& packet : packets) reference.add(packet);
    ASSERT_EQ(flow_text(collect(packets, options)), reference.finish());
  }
}

// A live link reports silence as it lasts, a file with the next packet.
TEST_P(EveryFlowKey, IsIndependentOfHowSilenceIsReported) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    FlowOptions options;
    options.key = GetParam();
    if (seed % 3 == 1) options.burst_gap = 400ms;
    if (seed % 3 == 2) options.max_flows = 1 + random.below(8);
    if (seed % 5 < 2) options.burst_limit = seed % 5 == 0 ? 2s : 0s;
    if (seed % 2 == 1) options.early_silence = 500ms;
    const std::vector<Packet> packets = random_packets(random);
    FlowCollector live;
    FlowTable table(options, live);
    for (const Packet& packet : packets) {
      // Reports silence at several times before the packet.
      for (Duration left = 2s; left > 0ns && random.below(3) > 0;) {
        left = Duration(random.below(static_cast<std::uint32_t>(left.count())));
        table.advance(packet.time - left);
      }
      table.add(packet);
    }
    table.finish();
    const FlowCollector offline = collect(packets, options);
    ASSERT_EQ(flow_text(live), flow_text(offline));
    ASSERT_EQ(early_text(live), early_text(offline));
  }
}

INSTANTIATE_TEST_SUITE_P(FlowTwin, EveryFlowKey,
                         testing::Values(FlowKey::kFiveTuple,
                                         FlowKey::kRemoteEndpoint,
                                         FlowKey::kRemoteHost));

}  // namespace
}  // namespace flowtell
