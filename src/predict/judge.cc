// SPDX-License-Identifier: Apache-2.0
#include "predict/judge.h"

#include <algorithm>

namespace flowtell {

Result<Judge> Judge::make(const Model& model, UnknownRule rule) {
  auto features = model.features();
  if (!features) return fail(std::move(features).error());
  return Judge(model, std::move(*features), rule);
}

Judge::Judge(const Model& model, FeatureList features, UnknownRule rule)
    : forest_(model.forest),
      features_(std::move(features)),
      rule_(rule),
      measured_(features_.width()),
      row_(features_.width()),
      probabilities_(model.apps.size()) {}

Judge::Judged Judge::judge(const Flow& flow) {
  series_.assign(flow);
  features_.measure(series_, measured_);
  std::transform(measured_.begin(), measured_.end(), row_.begin(),
                 [](double value) { return static_cast<float>(value); });
  forest_.judge(row_, probabilities_);
  return {reach_verdict(probabilities_, rule_), probabilities_};
}

}  // namespace flowtell
