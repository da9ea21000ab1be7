// SPDX-License-Identifier: Apache-2.0
//
// What becomes of flows as they come out of the meter: each is measured and,
// when its burst is over, judged, and then told to whoever listens: a writer of
// lines, a screen, a tally. Captures and live links are reported by this and
// nothing else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/stage_clock.h"
#include "classify/classifier_session.h"
#include "decode/anonymiser.h"
#include "features/feature_list.h"
#include "flow/kept_flows.h"
#include "report/flow_writer.h"

namespace flowtell {

// Who names the apps, and their names, which both outlive their user.
struct NamingClassifier {
  ClassifierSession* classifier;
  const std::vector<std::string>* apps;
  // Whose ambiguous flows are told as such; null: nobody's. It outlives its
  // user as well.
  const Model* model = nullptr;
};

class FlowListener {
 public:
  virtual ~FlowListener() = default;
  virtual void take(const FlowReport& report) = 0;
  virtual void end_burst() {}
};

class FlowReporter : public FlowSink {
 public:
  // The features and the listeners outlive the reporter.
  FlowReporter(const FeatureList& features,
               std::optional<NamingClassifier> classifier,
               std::vector<FlowListener*> listeners);

  // The capture whose flows come next, and when its first frame came: times
  // count from there. It is known when the first flow comes, and outlives the
  // reporter or the next capture.
  void begin_capture(const std::optional<Timestamp>& origin);

  // Counts the stages' times on this clock, which outlives the reporter.
  void time_with(StageClock* clock) { stages_ = clock; }

  // Tells stand-ins for addresses and names from here on. Flows are measured
  // and judged by their own.
  void anonymise(const AnonymiserKey& key) { anonymiser_.emplace(key); }

  // From the next flow on, another judge.
  void use(NamingClassifier classifier) { classifier_ = classifier; }

  void take(const Flow& flow) override;
  void take_early(const Flow& flow) override;
  void end_burst() override;

 private:
  void wait(Flow flow);
  void measure(const Flow& flow);
  NamedVerdict name(const Verdict& verdict, const Flow& flow) const;
  void tell(const FlowReport& report);
  void tell_all(const FlowReport& report);

  const FeatureList& features_;
  std::optional<NamingClassifier> classifier_;
  std::vector<FlowListener*> listeners_;
  const std::optional<Timestamp>* origin_ = nullptr;
  StageClock* stages_ = nullptr;
  std::optional<Anonymiser> anonymiser_;
  FlowSeries series_;
  std::vector<double> measured_;
  // The flows that wait for the end of their burst to be judged, without their
  // packets, and a row of features for each.
  KeptFlows waiting_;
  std::vector<double> features_waiting_;
};

// Writes lines into a string that its owner empties when it likes.
class LineListener : public FlowListener {
 public:
  // Both outlive the listener.
  LineListener(FlowWriter& writer, std::string& text)
      : writer_(writer), text_(text) {}

  void take(const FlowReport& report) override { writer_.write(text_, report); }
  void end_burst() override { writer_.end_burst(text_); }

 private:
  FlowWriter& writer_;
  std::string& text_;
};

}  // namespace flowtell
