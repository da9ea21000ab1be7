// SPDX-License-Identifier: Apache-2.0
//
// `watch --adapt-every`: keeps the recent flows, and makes a candidate model of
// them at intervals of packet time (live/adapter_process.h). It never replaces
// the model in use.
//
// A watch of an interface skips an interval if the helper is still busy. A
// replay waits for it, so that the same capture gives the same candidates
// (with one thread; with several, bursts of different devices may change
// places).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "classify/classifier.h"
#include "learn/recent_flows.h"
#include "live/adapter_process.h"

namespace flowtell {

class SiteAdapter {
 public:
  using Outcome = Result<CandidateSummary>;

  struct Options {
    Duration every{};
    std::string title;   // the interface or the capture
    bool waits = false;  // for the helper: a replay
  };

  SiteAdapter(Options options, AdapterProcess process, Classifier classifier);

  // Adds the flows of a burst with their features, and leaves `flows` empty.
  void add_burst(std::vector<RecentFlow>& flows, std::span<const float> rows);
  // Forgets all flows: they may have been trained on.
  void set_classifier(Classifier classifier);

  // Results that have arrived since the last call.
  std::vector<Outcome> take_results();
  // Waits for the result of a request.
  void finish();
  // The last candidate.
  const std::optional<CandidateSummary>& last() const { return last_; }

 private:
  void request();
  void keep(Outcome outcome);

  Options options_;
  AdapterProcess process_;
  Classifier classifier_;
  RecentFlows recent_;
  std::optional<Timestamp> next_;  // in packet time
  std::vector<Outcome> results_;
  std::optional<CandidateSummary> last_;
};

}  // namespace flowtell
