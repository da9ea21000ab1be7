// SPDX-License-Identifier: Apache-2.0
//
// Judges the flows of captures as `classify` does, and tells of each what it
// was judged by: what the witnesses said, what the rest of its burst and its
// device's past said, and what the verdict would be by fewer kinds of evidence.
//
// All of it comes from judges (classifier_session.h), one for each selection of
// evidence, by the weights that the model has for it. A flow's verdict is what
// it says itself times what all else says of it (forward-backward), so the
// latter is its probabilities divided by its own.
//
// One thread at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "classify/classifier_session.h"
#include "flow/flow_meter.h"

namespace flowtell {

// A flow without its packets, with the name of its server.
class KeptFlow {
 public:
  KeptFlow() = default;
  explicit KeptFlow(const Flow& flow);
  // Valid as long as this.
  Flow reported() const;

 private:
  Flow flow_{};
  std::string server_;
};

// All that is known of a flow that was judged. Spans are by app, unless said
// otherwise, and valid only while it is told.
struct TracedFlow {
  std::size_t number = 0;      // from 1, in the order of `classify`
  const std::string* capture;  // the path
  const KeptFlow* flow;
  Timestamp origin;  // its time counts from there

  Verdict verdict;
  std::span<const double> probabilities;

  // What was heard of it. Empty where the kind of evidence is left out.
  std::span<const float> features;  // by column
  std::span<const double> shape;
  std::span<const double> name;
  EvidenceWeights weights;
  std::size_t sharing = 1;  // flows of its burst that share its name's weight
  std::span<const double> own;     // both, weighed
  std::span<const double> others;  // what all else says; without time: nothing

  std::span<const double> belief;  // of its device when its burst began
  std::optional<Duration> silence;
  std::span<const double> burst;  // `own` of all flows of its burst, in rows
  std::size_t place = 0;          // its row among them

  std::span<const Verdict> fewer;  // by EvidenceTracer::fewer()
};

class EvidenceTracer : public FlowSink {
 public:
  using Listener = std::function<void(const TracedFlow&)>;

  // Fails as ClassifierSession::make does. The model outlives the inquiry.
  static Result<EvidenceTracer> make(const Model& model, EvidenceKinds kinds,
                                     UnknownRule rule, Listener listener);

  // The meter whose flows come next; it outlives them.
  void begin_capture(const FlowMeter& meter, std::string path);

  void take(const Flow& flow) override;
  void end_burst() override;

  std::size_t flows() const { return flows_; }

  // The selections of evidence that lack some of the kinds in use.
  const std::vector<EvidenceKinds>& fewer() const { return fewer_; }

 private:
  EvidenceTracer(std::size_t apps, EvidenceKinds kinds, Listener listener)
      : apps_(apps), kinds_(kinds), listener_(std::move(listener)) {}

  std::vector<double> score_of_others(std::span<const double> probabilities,
                                      std::span<const double> own) const;

  std::size_t apps_;
  EvidenceKinds kinds_;
  Listener listener_;
  std::vector<EvidenceKinds> fewer_;
  std::vector<ClassifierSession>
      sessions_;  // of all kinds in use, then of the fewer
  const FlowMeter* meter_ = nullptr;
  std::string capture_;
  std::vector<KeptFlow> waiting_;
  std::vector<double> own_;
  std::size_t flows_ = 0;
};

// What flows say by themselves: their testimonies weighed, a row a flow, each
// summing to 1 over the apps taught. REQUIRES: one row a word of the testimony.
void combine_alone(EvidenceKinds kinds, std::size_t apps,
                   const BurstScores& scores, const EvidenceWeights& weights,
                   std::span<double> out);

}  // namespace flowtell
