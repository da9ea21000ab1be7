// SPDX-License-Identifier: Apache-2.0
#include "features/flow_parts.h"

#include <optional>

namespace flowtell {
namespace {

// Later cuts leave begins that the features know already.
constexpr std::size_t kCuts = 3;

}  // namespace

Flow cut_flow(const Flow& flow, std::size_t begin, std::size_t end) {
  Flow part = flow;
  part.packets = flow.packets.subspan(begin, end - begin);
  part.first = part.packets.front().time;
  part.last = part.packets.back().time;
  part.sent = part.received = {};
  for (const PacketRecord& packet : part.packets) {
    Tally& tally = packet.sent != 0 ? part.sent : part.received;
    ++tally.packets;
    tally.bytes += packet.length;
  }
  return part;
}

std::vector<std::size_t> later_requests(std::span<const PacketRecord> packets,
                                        std::size_t most) {
  std::vector<std::size_t> places;
  std::optional<Direction> last;
  bool any_sent = false;
  for (std::size_t i = 0; i < packets.size() && places.size() < most; ++i) {
    if (packets[i].payload_length == 0) continue;
    const Direction now = packets[i].direction();
    if (now == Direction::kSent && last != now) {
      if (any_sent) places.push_back(i);
      any_sent = true;
    }
    last = now;
  }
  return places;
}

std::vector<Flow> draw_parts(const Flow& flow, Random& random) {
  const auto places = later_requests(flow.packets, kCuts);
  if (places.empty()) return {};
  const auto choices = static_cast<std::uint32_t>(places.size());
  const std::size_t end = places[random.below(choices)];
  const std::size_t begin = places[random.below(choices)];
  return {cut_flow(flow, 0, end), cut_flow(flow, begin, flow.packets.size())};
}

}  // namespace flowtell
