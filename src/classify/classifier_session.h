// SPDX-License-Identifier: Apache-2.0
//
// Judges flows as they come out of the meter: the witnesses are heard on each,
// and when its burst is over all are weighed together (device_filter.h) and
// become verdicts. Files and live links use the same judge. One thread at a
// time.
#pragma once

#include <vector>

#include "classify/device_filter.h"
#include "classify/name_scorer.h"
#include "classify/shape_scorer.h"
#include "classify/verdict.h"
#include "flow/flow.h"
#include "model/model.h"

namespace flowtell {

class ClassifierSession {
 public:
  // Fails where the model's features are not this program's.
  static Result<ClassifierSession> make(const Model& model, EvidenceKinds kinds,
                                        UnknownRule rule);

  struct Classification {
    Verdict verdict;
    std::span<const double> probabilities;  // by AppId
  };

  // Hears the witnesses on the next flow of the burst that is being handed
  // over.
  void add(const Flow& flow);

  // Judges the flows heard, and begins a new burst. One entry a flow, in their
  // order, valid until the next flow is heard.
  std::vector<Classification> end_burst();

  // What the burst judged last was judged by, for those who ask why; one row a
  // flow. Valid until the next flow is heard.
  struct BurstEvidence {
    std::span<const float> features;  // without shape: empty
    BurstScores scores;
    EvidenceWeights weights;
    std::span<const double> belief;  // see DeviceFilter
    std::optional<Duration> silence;
  };
  BurstEvidence evidence() const;

  // Judges a flow that goes on, by itself and by what its device did before;
  // nothing is remembered of it. Valid until the next flow is heard.
  // REQUIRES: no burst is being handed over.
  Classification classify_early(const Flow& flow);

  // What devices did so far belongs to another capture.
  void begin_capture();

 private:
  ClassifierSession(const Model& model, FeatureList features,
                    EvidenceKinds kinds, UnknownRule rule);
  void begin_burst();
  void measure(const Flow& flow);
  // What there is to say of the flows heard.
  DeviceFilter::Burst burst();

  EvidenceKinds kinds_;
  EvidenceWeights weights_;
  UnknownRule rule_;
  std::size_t apps_;
  ShapeScorer shape_scorer_;
  NameScorer name_scorer_;
  FeatureList features_;
  DeviceFilter device_filter_;

  FlowSeries series_;
  std::vector<double> measured_;

  // Of the burst at hand, or just judged: when it was and whose, and a row a
  // flow.
  bool is_over_ = false;
  Address device_;
  Timestamp first_{};
  Timestamp last_{};
  std::vector<float> rows_;
  std::vector<double> shape_;
  std::vector<double> name_;
  std::vector<NameEvidence> words_;
  std::vector<double> probabilities_;
};

}  // namespace flowtell
