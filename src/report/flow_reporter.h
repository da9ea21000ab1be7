// SPDX-License-Identifier: Apache-2.0
//
// Turns metered flows into reports: measures each flow, classifies it when its
// burst ends, and passes a report to each listener (a line writer, a screen, a
// tally). Offline and live reporting share this class.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/stage_clock.h"
#include "classify/classifier_session.h"
#include "decode/anonymiser.h"
#include "features/flow_measurer.h"
#include "flow/kept_flows.h"
#include "report/flow_writer.h"

namespace flowtell {

// The session that names apps, which outlives its user.
struct Naming {
  ClassifierSession* session;
  bool marks_ambiguous = false;  // lists the apps that share an ambiguous flow
};

class FlowListener {
 public:
  virtual ~FlowListener() = default;
  virtual void take(const FlowReport& report) = 0;
  virtual void end_burst() {}
};

class FlowReporter : public FlowSink {
 public:
  // REQUIRES: the listeners outlive the reporter.
  FlowReporter(FeatureList features, std::optional<Naming> naming,
               std::vector<FlowListener*> listeners);

  // Begins a capture. `origin` is the time of its first frame, from which times
  // count. It may still be empty here. REQUIRES: it has a value when the first
  // flow arrives, and is alive until the next capture or the last flow.
  void begin_capture(const std::optional<Timestamp>& origin);

  // Measures stage times with this clock, which outlives the reporter.
  void set_stage_clock(StageClock* clock) { stages_ = clock; }

  // Reports pseudonyms for addresses and names from now on. Measuring and
  // classification still use the real values.
  void anonymise(const AnonymiserKey& key) { anonymiser_.emplace(key); }

  // Replaces the classifier, from the next flow on.
  void set_naming(Naming naming) { naming_ = naming; }

  void take(const Flow& flow) override;
  void take_early(const Flow& flow) override;
  void end_burst() override;

 private:
  void hold(Flow flow);
  void measure(const Flow& flow);
  NamedVerdict name(const Verdict& verdict, const Flow& flow) const;
  void report(const FlowReport& flow_report);
  void notify(const FlowReport& flow_report);

  std::optional<Naming> naming_;
  std::vector<FlowListener*> listeners_;
  const std::optional<Timestamp>* origin_ = nullptr;
  StageClock* stages_ = nullptr;
  std::optional<Anonymiser> anonymiser_;
  FlowMeasurer measurer_;
  std::span<const double> measured_;  // of the flow at hand
  // The flows of the current burst, without their packets, and one row of
  // features for each.
  KeptFlows held_flows_;
  std::vector<double> held_features_;
};

// Appends lines to a string. The owner may clear the string at any time.
class LineListener : public FlowListener {
 public:
  // REQUIRES: both outlive the listener.
  LineListener(FlowWriter& writer, std::string& text)
      : writer_(writer), text_(text) {}

  void take(const FlowReport& report) override { writer_.write(text_, report); }
  void end_burst() override { writer_.end_burst(text_); }

 private:
  FlowWriter& writer_;
  std::string& text_;
};

}  // namespace flowtell
