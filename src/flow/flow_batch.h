// SPDX-License-Identifier: Apache-2.0
//
// Flows on their way from one thread to another: what a meter hands over, kept
// with all that it borrows, and handed over again, call by call, to whoever
// comes next. So the thread that judges sees exactly what it would have seen
// had it metered itself.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "flow/kept_flows.h"

namespace flowtell {

class FlowBatch {
 public:
  // Copies a flow, its packets and its names.
  void add(const Flow& flow, bool is_early);
  void end_burst() { events_.push_back(Event::kBurstEnd); }

  // Whether it is worth handing on.
  bool is_full() const;
  bool is_empty() const { return events_.empty(); }

  // Everything again, in its order.
  void replay(FlowSink& sink) const;

  // The time of the capture's first frame.
  std::optional<Timestamp> origin;

 private:
  enum class Event : std::uint8_t { kFlow, kEarlyFlow, kBurstEnd };

  std::vector<Event> events_;
  KeptFlows flows_;  // one an event that is one
};

// Gathers what comes and passes it on by the batch.
class BatchingSink : public FlowSink {
 public:
  explicit BatchingSink(std::function<void(FlowBatch)> next)
      : next_(std::move(next)) {}

  // The capture that the flows are of; what was gathered has been passed on.
  // The origin outlives the sink.
  void begin_capture(const std::optional<Timestamp>& origin) {
    origin_ = &origin;
  }

  void take(const Flow& flow) override { batch_.add(flow, false); }
  void take_early(const Flow& flow) override { batch_.add(flow, true); }
  void end_burst() override;

  // Passes on what is left.
  void finish();

 private:
  std::function<void(FlowBatch)> next_;
  const std::optional<Timestamp>* origin_ = nullptr;
  FlowBatch batch_;
};

}  // namespace flowtell
