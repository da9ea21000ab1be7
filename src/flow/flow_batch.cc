// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_batch.h"

#include <utility>

namespace flowtell {
namespace {

constexpr std::size_t kFullPackets = 1 << 15;
constexpr std::size_t kFullFlows = 1 << 10;

}  // namespace

void FlowBatch::add(const Flow& flow, bool is_early) {
  events_.push_back(is_early ? Event::kEarlyFlow : Event::kFlow);
  const std::size_t server_at = texts_.size();
  texts_ += flow.name.server;
  flows_.push_back({flow, packets_.size(), server_at, texts_.size()});
  texts_ += flow.name.alpn;
  packets_.insert(packets_.end(), flow.packets.begin(), flow.packets.end());
}

bool FlowBatch::is_full() const {
  return packets_.size() >= kFullPackets || flows_.size() >= kFullFlows;
}

Flow FlowBatch::whole(const Entry& entry) const {
  const std::string_view texts = texts_;
  Flow flow = entry.flow;
  flow.packets =
      std::span(packets_).subspan(entry.packets_at, flow.packets.size());
  flow.name.server = texts.substr(entry.server_at, flow.name.server.size());
  flow.name.alpn = texts.substr(entry.alpn_at, flow.name.alpn.size());
  return flow;
}

void FlowBatch::replay(FlowSink& sink) const {
  auto flow = flows_.begin();
  for (const Event event : events_) {
    switch (event) {
      case Event::kFlow:
        sink.take(whole(*flow++));
        break;
      case Event::kEarlyFlow:
        sink.take_early(whole(*flow++));
        break;
      case Event::kBurstEnd:
        sink.end_burst();
        break;
    }
  }
}

void BatchingSink::end_burst() {
  batch_.end_burst();
  if (batch_.is_full()) finish();
}

void BatchingSink::finish() {
  if (batch_.is_empty()) return;
  batch_.origin = *origin_;
  next_(std::exchange(batch_, {}));
}

}  // namespace flowtell
