// SPDX-License-Identifier: Apache-2.0
//
// The app that a flow most likely belongs to, with its probability, and the
// rule by which a verdict is `unknown` instead.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/app.h"
#include "model/evidence.h"

namespace flowtell {

// The limits within which an app is named.
struct VerdictLimits {
  double floor = 0;   // least probability of the best app
  double margin = 0;  // least distance to the second
  double max_unknown_score = 1;
};

// Decides when a verdict is `unknown` instead of the likeliest app. The parts
// may be combined; with none of them every flow is named.
struct UnknownRule {
  // The share of the flows of trained apps that may be called unknown, measured
  // on flows held out from training: the limit of the unknown score. A flow
  // without any evidence is unknown, too.
  std::optional<double> max_false_unknown = 0.05;
  // The largest share of named flows that may be wrong, measured on flows held
  // out from training: a floor of the confidence. It is measured on trained
  // apps alone and does not cover unknown ones.
  std::optional<double> max_error = {};
  // The classic rule: unknown if the best app's probability is below the floor,
  // or exceeds the second's by less than the margin.
  double floor = 0;
  double margin = 0;

  // "never", or parts such as "max-false-unknown=0.05,max-error=0.05" or
  // "floor=0.25,margin=0.05"; a part left out does not apply.
  static Result<UnknownRule> parse(std::string_view text);

  // Names every flow.
  static UnknownRule never() { return {std::nullopt}; }

  // What the rule means for a model with these weights.
  VerdictLimits limits(const EvidenceWeights& weights) const;

  std::string text() const;
};

struct Verdict {
  AppId best = 0;            // the likeliest app, even if `is_unknown`
  double confidence = 0;     // its probability
  double unknown_score = 0;  // see model/unknown_model.h
  bool is_unknown = false;

  // The app shown to users: the likeliest, or kUnknownApp.
  AppId reported() const { return is_unknown ? kUnknownApp : best; }
};

// Picks the first of equally likely apps. REQUIRES: at least one app.
Verdict reach_verdict(std::span<const double> probabilities,
                      double unknown_score, const VerdictLimits& limits);

// The likeliest app, without a rule.
inline Verdict likeliest(std::span<const double> probabilities) {
  return reach_verdict(probabilities, 0, {});
}

}  // namespace flowtell
