// SPDX-License-Identifier: Apache-2.0
//
// Judges flows as they come out of the meter: the evidence of each becomes
// probabilities, and these a verdict. Files and live links use the same judge.
//
// The one kind of evidence so far is shape: the forest's shares of the flow's
// features. One thread at a time; memory constant.
#pragma once

#include <functional>
#include <vector>

#include "flow/flow.h"
#include "model/compiled_forest.h"
#include "model/model.h"
#include "predict/verdict.h"

namespace flowtell {

class Judge {
 public:
  // Fails where the model's features are not this program's.
  static Result<Judge> make(const Model& model, UnknownRule rule);

  struct Judged {
    Verdict verdict;
    std::span<const double> probabilities;  // by AppId; valid until the next
  };
  Judged judge(const Flow& flow);

 private:
  Judge(const Model& model, FeatureList features, UnknownRule rule);

  CompiledForest forest_;
  FeatureList features_;
  UnknownRule rule_;
  FlowSeries series_;
  std::vector<double> measured_;
  std::vector<float> row_;
  std::vector<double> probabilities_;
};

}  // namespace flowtell
