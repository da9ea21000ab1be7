// SPDX-License-Identifier: Apache-2.0
//
// What becomes of flows as they come out of the meter: each is measured and,
// when its burst is over, judged, and then told to whoever listens: a writer of
// lines, a screen, a tally. Captures and live links are reported by this and
// nothing else.
#pragma once

#include <string>
#include <vector>

#include "flow/flow_meter.h"
#include "measure/feature_list.h"
#include "predict/judge.h"
#include "report/flow_writer.h"

namespace flowtell {

// Who names the apps, and their names, which both outlive their user.
struct NamingJudge {
  Judge* judge;
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
  FlowReporter(const FeatureList& features, std::optional<NamingJudge> judge,
               std::vector<FlowListener*> listeners);

  // The meter whose flows come next, for their times count from its origin.
  void begin_capture(const FlowMeter& meter);

  // From the next flow on, another judge.
  void use(NamingJudge judge) { judge_ = judge; }

  void take(const Flow& flow) override;
  void take_early(const Flow& flow) override;
  void end_burst() override;

 private:
  // What waits for the end of its burst to be judged.
  struct Waiting {
    Waiting(const Flow& ended, std::vector<double> measured);
    Flow told() const;  // without its packets

    Flow flow;
    std::string server;  // the flow's name, which does not last as long
    std::string alpn;
    std::vector<double> features;
  };

  void measure(const Flow& flow);
  NamedVerdict name(const Verdict& verdict, const Flow& flow) const;
  void tell(const FlowReport& report);

  const FeatureList& features_;
  std::optional<NamingJudge> judge_;
  std::vector<FlowListener*> listeners_;
  const FlowMeter* meter_ = nullptr;
  FlowSeries series_;
  std::vector<double> measured_;
  std::vector<Waiting> waiting_;
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
