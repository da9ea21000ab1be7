// SPDX-License-Identifier: Apache-2.0
//
// Names the app of each flow of a stream.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "flowtell/flow.h"
#include "flowtell/model.h"

namespace flowtell {
inline namespace v0 {

struct ClassifierOptions {
  std::string evidence = {};  // "shape,name,time" or fewer
  // "never", or some of "max-false-unknown=F", "max-error=E", "floor=F" and
  // "margin=M" with commas between.
  std::string unknown = {};
};

// A model ready to classify. Immutable; copies share the model. Any number of
// threads and sessions may use it.
class Classifier {
 public:
  explicit Classifier(const Model& model,
                      const ClassifierOptions& options = {}) {
    flowtell_classifier_options given{};
    given.size = sizeof given;
    given.evidence = detail::text_or_default(options.evidence);
    given.unknown = detail::text_or_default(options.unknown);
    flowtell_classifier* made = nullptr;
    detail::call(flowtell_classifier_new, model.get(), &given, &made);
    classifier_.reset(made, flowtell_classifier_free);
  }

  const flowtell_classifier* get() const { return classifier_.get(); }

 private:
  std::shared_ptr<const flowtell_classifier> classifier_;
};

// A flow meter whose flows have an app, a confidence and probabilities. It
// keeps what the devices of one stream did before. One thread at a time.
class ClassifierSession : public FlowMeter {
 public:
  ClassifierSession(const Classifier& classifier, Take take,
                    const FlowOptions& options = {})
      : FlowMeter(classifier.get(), std::move(take), options) {}
};

}  // namespace v0
}  // namespace flowtell
