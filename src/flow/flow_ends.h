// SPDX-License-Identifier: Apache-2.0
//
// Finds open flows that are over before their burst is. A flow is over a given
// time (`delay`) after its last packet, or after it was closed: by a FIN of
// each side, or by a RST. A device that is never silent keeps its bursts open
// to their limit; the verdict on a short connection would be late by then.
//
// Idea: at most one entry per open flow waits in a heap, due no later than the
// flow is over. When it is due, the flow's last packet is looked up: the flow
// is over, or the entry is put back for later. So a packet costs a comparison,
// not a heap operation.
//
// A flow is found again if more packets arrive and it is over again.
//
// One thread at a time. Memory: 32 bytes per flow that may be open. Cost: O(1)
// per packet; O(log n) per flow and delay.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/recency_list.h"
#include "flow/flow.h"

namespace flowtell {

class FlowEnds {
 public:
  // REQUIRES: delay > 0.
  explicit FlowEnds(Duration delay) : delay_(delay) {}

  // Counts a packet of the flow at this position of the flow table.
  void note(std::uint32_t flow, const PacketRecord& packet);
  // The flow's burst has ended; the position may be used again.
  void release(std::uint32_t flow);

  // The time after which a flow may be over; nullopt if there is none.
  std::optional<Timestamp> next_due() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.front().due;
  }

  std::size_t memory() const {
    return states_.capacity() * sizeof(State) +
           heap_.capacity() * sizeof(Entry);
  }

  // Removes the entry that is due first. Returns its flow, if that is over
  // then. `last_of(flow)` is the time of its last packet. REQUIRES: an entry.
  template <typename LastOf>
  std::optional<std::uint32_t> take(LastOf&& last_of) {
    const Entry entry = pop();
    State& state = states_[entry.flow];
    state.waits = false;
    if (!state.is_open) return std::nullopt;
    const Timestamp end = end_of(state, last_of(entry.flow));
    if (end > entry.due) {
      push(end, entry.flow);
      return std::nullopt;
    }
    state = {.is_open = true};
    return entry.flow;
  }

 private:
  struct State {
    Timestamp closed{};
    bool is_open = false;
    bool waits = false;  // in the heap
    bool is_closed = false;
    bool sent_fin = false;
    bool received_fin = false;
  };
  struct Entry {
    Timestamp due;
    std::uint32_t flow;

    // The order of equal times is that of positions.
    bool operator>(const Entry& other) const {
      return due != other.due ? due > other.due : flow > other.flow;
    }
  };

  Timestamp end_of(const State& state, Timestamp last) const {
    return (state.is_closed ? state.closed : last) + delay_;
  }
  void push(Timestamp due, std::uint32_t flow);
  Entry pop();

  Duration delay_;
  std::vector<State> states_;  // by position
  std::vector<Entry> heap_;    // at most one per position
};

}  // namespace flowtell
