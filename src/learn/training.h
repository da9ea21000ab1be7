// SPDX-License-Identifier: Apache-2.0
//
// Trains a model on a labelled dataset: the recipe behind `flowtell train`.
//
// The scores of the cross-validated folds are computed once. The weights, the
// error targets, the ambiguous groups and the accuracy estimate are all fitted
// on them. The accuracy estimate is nested: the weights of each fold are
// learned from the other folds alone.
//
// The model depends on the data and the options but not on the number of
// threads. Cost: about a hundred forests for five folds and eight apps, most of
// them for the accuracy estimate.
#pragma once

#include "learn/cross_validation.h"
#include "model/evidence.h"
#include "model/model.h"

namespace flowtell {

struct TrainOptions {
  ShapeOptions shape;
  // Kinds of evidence for the accuracy estimate and the ambiguous groups; the
  // model learns all kinds.
  EvidenceKinds kinds;
  bool with_score = true;     // estimate accuracy by cross-validation
  bool with_examples = true;  // keep training flows that `explain` can show
  bool with_table = true;     // keep the training flows, to adapt the model
  std::size_t folds = 5;
  StepReport progress = {};
};

// The options with which a model was trained, as far as it knows them.
TrainOptions options_of(const Model& model);

// Fails unless at least two apps have flows. If all flows are of one capture,
// nothing can be held out: weights keep their defaults and the model has no
// accuracy estimate. Nor has it one if each app has one capture only; an app
// with one capture does not count in it.
Result<Model> train(const Dataset& data, const TrainOptions& options);

}  // namespace flowtell
