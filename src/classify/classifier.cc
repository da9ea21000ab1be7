// SPDX-License-Identifier: Apache-2.0
#include "classify/classifier.h"

#include "model/model_file.h"

namespace flowtell {

Result<Classifier> Classifier::make(Model model, EvidenceKinds kinds,
                                    UnknownRule rule) {
  return make(std::make_shared<const Model>(std::move(model)), kinds, rule);
}

Result<Classifier> Classifier::make(std::shared_ptr<const Model> model,
                                    EvidenceKinds kinds, UnknownRule rule) {
  auto features = model->features();
  if (!features) return fail(std::move(features).error());
  CompiledForest forest(model->forest);
  CompiledForest other_forest(model->other_forest);
  return Classifier(std::make_shared<const Shared>(
                        Shared{std::move(model), std::move(forest),
                               std::move(other_forest), std::move(*features)}),
                    kinds, rule);
}

FlowOptions Classifier::flow_options(FlowOptions options) const {
  options.key = model().flow_key;
  options.burst_gap = model().burst_gap;
  options.burst_limit = model().burst_limit;
  return options;
}

Result<Classifier> load_classifier(const std::string& path, EvidenceKinds kinds,
                                   const UnknownRule& rule) {
  auto model = load_model(path);
  if (!model) return fail(std::move(model).error());
  auto classifier = Classifier::make(std::move(*model), kinds, rule);
  if (!classifier) {
    return fail(fmt::format("cannot use {}", path),
                std::move(classifier).error());
  }
  return classifier;
}

}  // namespace flowtell
