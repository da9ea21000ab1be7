// SPDX-License-Identifier: Apache-2.0
//
// The app that a device is using now, from the verdicts on its latest flows.
//
// Time counts, not flows: each second of traffic has one vote, shared by the
// flows that were open in it, so that forty page loads do not outvote a video.
// A flow votes with the posterior of the device filter. A second's weight
// halves every 2 s.
//
// Whether the app is unknown is decided over a longer time, with a half-life of
// 20 s, because one flow's unknown score says little: it is, if most of that
// time's flows are unknown.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "base/time.h"
#include "flow/flow_ids.h"

namespace flowtell {

class CurrentApp {
 public:
  static constexpr std::size_t kMaxFlows = 64;  // the latest
  static constexpr std::size_t kSeconds = 60;   // that are considered

  struct NamedFlow {
    FlowIdBytes id;
    Timestamp first;
    Timestamp last;
    std::string likeliest;  // app, also of an unknown flow
    double confidence = 1;
    bool is_unknown = false;
  };
  // Adds a verdict. A later one on the same flow replaces it.
  void add(NamedFlow flow);

  struct Estimate {
    std::string app;   // or "unknown"
    double share = 0;  // of the votes
  };
  // None before the first verdict. Counts back from the device's last packet.
  std::optional<Estimate> estimate() const;

 private:
  std::deque<NamedFlow> flows_;
};

}  // namespace flowtell
