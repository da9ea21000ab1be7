// SPDX-License-Identifier: Apache-2.0
#include "features/flow_parts.h"

#include <optional>

namespace flowtell {
namespace {

// A later cut leaves the first messages, and so the features, unchanged.
constexpr std::size_t kMaxCuts = 3;

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
                                        std::size_t limit) {
  std::vector<std::size_t> indices;
  std::optional<Direction> last;
  bool any_sent = false;
  for (std::size_t i = 0; i < packets.size() && indices.size() < limit; ++i) {
    if (packets[i].payload_length == 0) continue;
    const Direction direction = packets[i].direction();
    if (direction == Direction::kSent && last != direction) {
      if (any_sent) indices.push_back(i);
      any_sent = true;
    }
    last = direction;
  }
  return indices;
}

std::vector<Flow> draw_parts(const Flow& flow, Random& random) {
  const auto indices = later_requests(flow.packets, kMaxCuts);
  if (indices.empty()) return {};
  const auto choices = static_cast<std::uint32_t>(indices.size());
  const std::size_t end = indices[random.below(choices)];
  const std::size_t begin = indices[random.below(choices)];
  return {cut_flow(flow, 0, end), cut_flow(flow, begin, flow.packets.size())};
}

}  // namespace flowtell
