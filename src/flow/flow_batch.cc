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
  flows_.add(flow);
}

bool FlowBatch::is_full() const {
  return flows_.packets() >= kFullPackets || flows_.size() >= kFullFlows;
}

void FlowBatch::replay(FlowSink& sink) const {
  std::size_t next = 0;
  for (const Event event : events_) {
    switch (event) {
      case Event::kFlow:
        sink.take(flows_[next++]);
        break;
      case Event::kEarlyFlow:
        sink.take_early(flows_[next++]);
        break;
      case Event::kBurstEnd:
        sink.end_burst();
        break;
    }
  }
}

void BatchingSink::end_burst() {
  batch_.end_burst();
  if (batch_.is_full()) pass_on();
}

void BatchingSink::pass_on() {
  if (batch_.is_empty()) return;
  batch_.origin = *origin_;
  next_(std::exchange(batch_, {}));
}

}  // namespace flowtell
