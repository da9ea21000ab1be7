// SPDX-License-Identifier: Apache-2.0
//
// Turns metered flows into reports: measures each flow, classifies it when its
// burst ends, and passes a report to each sink. Offline and live reporting
// share this class.
//
// One thread at a time.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/stage_clock.h"
#include "classify/classifier_session.h"
#include "classify/service_names.h"
#include "classify/verdict_reason.h"
#include "decode/anonymiser.h"
#include "features/flow_measurer.h"
#include "flow/kept_flows.h"

namespace flowtell {

struct NamedVerdict {
  std::string_view app;  // or "unknown"
  double confidence = 0;
  double unknown_score = 0;         // see model/unknown_model.h
  std::uint32_t session_flows = 0;  // flows on which the unknown score rests
  std::span<const double> probabilities = {};  // by AppId
  std::span<const std::string> apps = {};      // by AppId
  // The apps of the ambiguous group of this flow; empty if it is in none.
  std::vector<std::string_view> shared_by = {};
  std::optional<VerdictReason> reason = {};  // if Naming::gives_reasons
};

// What is reported for one flow. Valid only during the call that delivers it.
struct FlowReport {
  const Flow& flow;
  Timestamp origin;                  // times count from here
  std::span<const double> features;  // one per column
  std::optional<NamedVerdict> verdict;
  // The flow's burst goes on; a final report follows.
  bool is_early = false;
  // As nDPI recognises it; empty if none, or without `set_services`.
  std::string_view service = {};
};

// Receives finished flows with their verdicts, and early verdicts on open
// flows. This is the one interface for every consumer of results: lines, the
// screen, the tally and metrics implement it. Any number of sinks register with
// a FlowReporter. A classified flow has no packets any more.
//
// Reports arrive on the reporter's thread, so a sink that blocks delays
// classification. A sink that several reporters share needs a lock.
class FlowReportSink {
 public:
  virtual ~FlowReportSink() = default;
  virtual void take(const FlowReport& report) = 0;
  // Called after the last report of a burst.
  virtual void end_burst() {}
};

// The session that names apps, which outlives its user.
struct Naming {
  ClassifierSession* session;
  bool marks_ambiguous = false;  // lists the apps that share an ambiguous flow
  bool gives_reasons = false;    // of final verdicts
};

class FlowReporter : public FlowSink {
 public:
  // REQUIRES: the sinks outlive the reporter.
  FlowReporter(FeatureList features, std::optional<Naming> naming,
               std::vector<FlowReportSink*> sinks);

  // Begins a capture. `origin` is the time of its first frame, from which times
  // count. It may still be empty here. REQUIRES: it has a value when the first
  // flow arrives, and is alive until the next capture or the last flow.
  void begin_capture(const std::optional<Timestamp>& origin);

  // Measures stage times with this clock, which outlives the reporter.
  void set_stage_clock(StageClock* clock) { stages_ = clock; }

  // Reports pseudonyms for addresses and names from now on. Measuring and
  // classification still use the real values.
  void anonymise(const AnonymiserKey& key) { anonymiser_.emplace(key); }

  // Reports services from now on. `services` outlives the reporter. REQUIRES:
  // the meter searches for server names.
  void set_services(const ServiceNames& services) { services_ = &services; }

  // Replaces the classifier, from the next flow on.
  void set_naming(Naming naming) { naming_ = naming; }

  void take(const Flow& flow) override;
  void take_early(const Flow& flow) override;
  void end_burst() override;

 private:
  void hold(Flow flow);
  void measure(const Flow& flow);
  NamedVerdict name(const ClassifierSession::Classification& result,
                    const Flow& flow) const;
  void report(FlowReport flow_report);
  void pass_on(const FlowReport& flow_report);

  std::optional<Naming> naming_;
  std::vector<FlowReportSink*> sinks_;
  const std::optional<Timestamp>* origin_ = nullptr;
  StageClock* stages_ = nullptr;
  const ServiceNames* services_ = nullptr;
  std::optional<Anonymiser> anonymiser_;
  FlowMeasurer measurer_;
  std::span<const double> measured_;  // of the flow at hand
  // The flows of the current burst, without their packets, and one row of
  // features for each.
  KeptFlows held_flows_;
  std::vector<double> held_features_;
};

}  // namespace flowtell
