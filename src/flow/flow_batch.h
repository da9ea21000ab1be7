// SPDX-License-Identifier: Apache-2.0
//
// A batch of flows that one thread passes to another: copies of everything that
// a meter delivered. `replay` repeats the calls in order, so the classifying
// thread receives exactly what it would have metered itself.
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

  // Whether it is large enough to pass on.
  bool is_full() const;
  bool is_empty() const { return events_.empty(); }

  // Repeats all calls on `sink`, in order.
  void replay(FlowSink& sink) const;

  // The time of the capture's first frame.
  std::optional<Timestamp> origin;

 private:
  enum class Event : std::uint8_t { kFlow, kEarlyFlow, kBurstEnd };

  std::vector<Event> events_;
  KeptFlows flows_;  // one per flow event
};

// Collects flows and passes them on in batches.
class BatchingSink : public FlowSink {
 public:
  explicit BatchingSink(std::function<void(FlowBatch)> next)
      : next_(std::move(next)) {}

  // Sets the capture of the following flows. REQUIRES: earlier flows were
  // passed on. The origin must outlive the sink.
  void begin_capture(const std::optional<Timestamp>& origin) {
    origin_ = &origin;
  }

  void take(const Flow& flow) override { batch_.add(flow, false); }
  void take_early(const Flow& flow) override { batch_.add(flow, true); }
  void end_burst() override;

  // Passes on what there is, also at the end.
  void pass_on();

 private:
  std::function<void(FlowBatch)> next_;
  const std::optional<Timestamp>* origin_ = nullptr;
  FlowBatch batch_;
};

}  // namespace flowtell
