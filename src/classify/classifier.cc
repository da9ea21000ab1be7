// SPDX-License-Identifier: Apache-2.0
#include "classify/classifier.h"

namespace flowtell {

Result<Classifier> Classifier::make(Model model, EvidenceKinds kinds,
                                    UnknownRule rule) {
  auto features = model.features();
  if (!features) return fail(std::move(features).error());
  CompiledForest forest(model.forest);
  return Classifier(
      std::make_shared<const Shared>(
          Shared{std::move(model), std::move(forest), std::move(*features)}),
      kinds, rule);
}

FlowOptions Classifier::flow_options(FlowOptions options) const {
  options.key = model().flow_key;
  options.burst_gap = model().burst_gap;
  return options;
}

}  // namespace flowtell
