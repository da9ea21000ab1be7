// SPDX-License-Identifier: Apache-2.0
//
// Classifies the flows of captures as `classify` does, and reports the evidence
// behind each verdict: the flow's own scores, the evidence from the rest of its
// burst and from the device's past, and the verdicts that fewer kinds of
// evidence would give.
//
// A ClassifierSession scores each burst once. Each smaller selection of kinds
// has a device filter, which combines the same scores with the model's weights
// for that selection. By forward-backward, a flow's probabilities are the
// product of its own evidence and all other evidence, normalised. The other
// evidence is therefore computed as the probabilities divided by the flow's
// own. Where a burst is of two apps (classify/app_pairs.h), it includes that
// its flows are weighted differently.
//
// One thread at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "classify/classifier_session.h"
#include "flow/flow_meter.h"

namespace flowtell {

// A copy of a flow that owns its server name. Has no packets and no ALPN.
class KeptFlow {
 public:
  KeptFlow() = default;
  explicit KeptFlow(const Flow& flow);
  // Valid as long as this object.
  Flow to_flow() const;

 private:
  Flow flow_{};
  std::string server_;
};

// A classified flow with its evidence. Spans are by app unless noted, and valid
// only during the callback.
struct TracedFlow {
  std::size_t number = 0;      // from 1, in the order of `classify`
  const std::string* capture;  // the path
  const KeptFlow* flow;
  Timestamp origin;  // times are relative to this

  Verdict verdict;
  VerdictLimits limits;
  std::span<const double> probabilities;
  UnknownColumns unknown;  // the parts of the unknown score
  SessionSummary session;

  // Its scores. Empty for kinds of evidence not in use.
  std::span<const float> features;  // by column
  std::span<const double> shape;
  std::span<const double> name;
  EvidenceWeights weights;
  std::size_t sharing = 1;  // flows of its burst that share its name's weight
  std::span<const double> own;     // shape and name, weighted
  std::span<const double> others;  // all other evidence; empty without time

  std::span<const double> prior;  // the device's, at the start of the burst
  std::optional<Duration> silence;
  std::optional<AppPairs::Pair> two_apps;  // that the burst fits together
  std::span<const double> burst;  // `own` of each flow of the burst, row by row
  std::size_t place = 0;          // this flow's row in `burst`

  std::span<const Verdict> fewer;  // by EvidenceTracer::fewer()
};

class EvidenceTracer : public FlowSink {
 public:
  using Listener = std::function<void(const TracedFlow&)>;

  EvidenceTracer(Classifier classifier, Listener listener);

  // Begins a capture, whose flows come from `meter`. REQUIRES: `meter` is alive
  // while flows are added.
  void begin_capture(const FlowMeter& meter, std::string path);

  void take(const Flow& flow) override;
  void end_burst() override;

  std::size_t flows() const { return flows_; }

  // The smaller selections of the kinds in use, the largest first.
  const std::vector<EvidenceKinds>& fewer() const { return fewer_; }

 private:
  // Classifies the same bursts with fewer kinds of evidence.
  struct Fewer {
    Classifier classifier;
    DeviceFilter filter;
    UnknownScorer unknown_scorer;
    std::vector<Verdict> verdicts;  // of the current burst, one per flow
  };

  void classify_with_fewer(const ScoredBurst& burst);
  std::vector<double> other_evidence(std::span<const double> probabilities,
                                     std::span<const double> own) const;

  ClassifierSession session_;
  EvidenceKinds kinds_;
  std::size_t apps_;
  Listener listener_;
  std::vector<EvidenceKinds> fewer_;
  std::vector<Fewer> filters_;  // by fewer_
  const FlowMeter* meter_ = nullptr;
  std::string capture_;
  std::vector<KeptFlow> waiting_;
  std::vector<double> own_;
  std::size_t flows_ = 0;
};

// Combines the weighted scores of each flow alone: one row per flow, summing to
// 1. REQUIRES: one row per entry of scores.names.
void combine_alone(EvidenceKinds kinds, std::size_t apps,
                   const BurstScores& scores, const EvidenceWeights& weights,
                   std::span<double> out);

}  // namespace flowtell
