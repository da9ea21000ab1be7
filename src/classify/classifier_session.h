// SPDX-License-Identifier: Apache-2.0
//
// Turns the flows of one stream into verdicts. The shape and name scorers score
// each flow; at the end of its burst the device filter (device_filter.h)
// combines the scores, and the unknown scorer (unknown_scorer.h) measures
// whether any trained app explains the device's session. Files and live links
// use the same session. One thread at a time.
#pragma once

#include <vector>

#include "classify/classifier.h"
#include "classify/device_filter.h"
#include "classify/name_scorer.h"
#include "classify/shape_scorer.h"
#include "classify/unknown_scorer.h"
#include "classify/verdict.h"
#include "features/flow_measurer.h"
#include "flow/flow.h"

namespace flowtell {

class ClassifierSession {
 public:
  explicit ClassifierSession(Classifier classifier);

  const Classifier& classifier() const { return classifier_; }

  struct Classification {
    Verdict verdict;
    std::span<const double> probabilities;  // by AppId
    // The flows on which the unknown score rests; few at a session's begin.
    std::uint32_t session_flows = 0;
  };

  // Adds the next flow of the current burst.
  void add(const Flow& flow);

  // Classifies the flows added and ends the burst. Returns one entry per flow,
  // in the order added, valid until the next `add`.
  std::vector<Classification> end_burst();

  // The evidence behind the burst classified last, for explanations; one row
  // per flow. Valid until the next `add`.
  struct BurstEvidence {
    std::span<const float> features;  // empty without shape evidence
    ScoredBurst burst;
    std::span<const UnknownColumns> unknown;  // one per flow
    SessionSummary session;
    std::span<const double> prior;  // DeviceFilter::prior
    std::optional<Duration> silence;
    std::optional<AppPairs::Pair> two_apps;  // DeviceFilter::two_apps
    std::span<const double> probabilities;   // per flow and app
  };
  BurstEvidence evidence() const;

  // Classifies a flow of an open burst, using its own scores and the device's
  // prior; stores nothing. A cut flow counts as like the training flows. Valid
  // until the next `add`.
  // REQUIRES: no flows were added since the last `end_burst`.
  Classification classify_early(const Flow& flow);

  // Discards all device history.
  void begin_capture();

 private:
  void begin_burst();
  // The flows added, with their scores.
  ScoredBurst scored_burst();
  ScoredBurst burst() const;
  Classification classification(std::size_t flow) const;

  Classifier classifier_;
  std::size_t apps_;
  ShapeScorer shape_scorer_;
  NameScorer name_scorer_;
  FlowMeasurer measurer_;
  DeviceFilter device_filter_;
  UnknownScorer unknown_scorer_;

  // The current burst, or the one classified last; one row per flow.
  bool is_over_ = false;
  Address device_;
  Timestamp first_{};
  Timestamp last_{};
  std::vector<float> rows_;
  std::vector<double> shape_;
  std::vector<std::uint8_t> unlike_;
  std::vector<double> other_;
  std::vector<double> name_;
  std::vector<NameEvidence> name_evidence_;
  std::vector<double> probabilities_;
  std::span<const UnknownColumns> unknown_;
};

}  // namespace flowtell
