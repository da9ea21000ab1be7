// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_ends.h"

#include <algorithm>
#include <functional>

namespace flowtell {

void FlowEnds::note(std::uint32_t flow, const PacketRecord& packet) {
  if (flow >= states_.size()) states_.resize(flow + std::size_t{1});
  State& state = states_[flow];
  state.is_open = true;
  if (packet.fin != 0) {
    (packet.sent != 0 ? state.sent_fin : state.received_fin) = true;
  }
  const bool closes = packet.rst != 0 || (state.sent_fin && state.received_fin);
  if (closes && !state.is_closed) {
    state.is_closed = true;
    state.closed = packet.time;
  }
  if (!state.waits) push(packet.time + delay_, flow);
}

void FlowEnds::release(std::uint32_t flow) {
  if (flow >= states_.size()) return;
  // An entry of the past flow may still wait. It is due no later than the next
  // one at this position is over.
  const bool waits = states_[flow].waits;
  states_[flow] = {};
  states_[flow].waits = waits;
}

void FlowEnds::push(Timestamp due, std::uint32_t flow) {
  states_[flow].waits = true;
  heap_.push_back({due, flow});
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
}

FlowEnds::Entry FlowEnds::pop() {
  std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
  const Entry entry = heap_.back();
  heap_.pop_back();
  return entry;
}

}  // namespace flowtell
