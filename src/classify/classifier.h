// SPDX-License-Identifier: Apache-2.0
//
// A model ready to classify: its forest compiled, and the evidence and the
// unknown rule chosen. Each stream of flows gets a ClassifierSession.
//
// A Classifier is a handle: copies share one model and one compiled forest.
// Immutable: any number of threads and sessions may use it.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "classify/verdict.h"
#include "features/feature_list.h"
#include "flow/flow_options.h"
#include "model/compiled_forest.h"
#include "model/evidence.h"
#include "model/model.h"

namespace flowtell {

class Classifier {
 public:
  // Fails if this program does not compute the model's features.
  static Result<Classifier> make(Model model, EvidenceKinds kinds,
                                 UnknownRule rule);
  // The same for a model that others use as well; it is not copied.
  static Result<Classifier> make(std::shared_ptr<const Model> model,
                                 EvidenceKinds kinds, UnknownRule rule);

  const Model& model() const { return *shared_->model; }
  const std::shared_ptr<const Model>& shared_model() const {
    return shared_->model;
  }
  const CompiledForest& forest() const { return shared_->forest; }
  const CompiledForest& other_forest() const { return shared_->other_forest; }
  const FeatureList& features() const { return shared_->features; }
  const EvidenceKinds& kinds() const { return kinds_; }
  // The model's weights for these kinds of evidence.
  const EvidenceWeights& weights() const {
    return shared_->model->weights[index_of(kinds_)];
  }
  const UnknownRule& rule() const { return rule_; }
  // What the rule means for this model.
  VerdictLimits limits() const { return rule_.limits(weights()); }

  // The same model with other evidence.
  Classifier with_evidence(EvidenceKinds kinds) const {
    return Classifier(shared_, kinds, rule_);
  }

  // `options` with the flow key and the burst gap of the training data, without
  // which flows are not comparable.
  FlowOptions flow_options(FlowOptions options = {}) const;

 private:
  struct Shared {
    std::shared_ptr<const Model> model;
    CompiledForest forest;
    CompiledForest other_forest;
    FeatureList features;
  };

  Classifier(std::shared_ptr<const Shared> shared, EvidenceKinds kinds,
             UnknownRule rule)
      : shared_(std::move(shared)), kinds_(kinds), rule_(rule) {}

  std::shared_ptr<const Shared> shared_;
  EvidenceKinds kinds_;
  UnknownRule rule_;
};

// Loads a model. Errors name the path.
Result<Classifier> load_classifier(const std::string& path, EvidenceKinds kinds,
                                   const UnknownRule& rule);

}  // namespace flowtell
