// SPDX-License-Identifier: Apache-2.0
//
// The app that a flow most likely belongs to, with its probability, and the
// rule by which a verdict is `unknown` instead.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/app.h"
#include "model/evidence.h"

namespace flowtell {

// Decides when a verdict is `unknown` instead of the likeliest app.
struct UnknownRule {
  // Unknown if the best app's probability is below the floor, or exceeds the
  // second's (another app's, or the unknown app's) by less than the margin.
  // Both 0: never unknown.
  double floor = 0.25;
  double margin = 0.05;
  // Alternatively, the largest share of named flows that may be wrong, measured
  // on flows held out from training. Floor and margin then come from the model
  // (`resolved`).
  std::optional<double> error_target = {};

  // "never", "max-error=E", or "floor=F,margin=M"; a part left out is 0.
  static Result<UnknownRule> parse(std::string_view text);

  // The rule with the floor and margin of its error target filled in.
  UnknownRule resolved(const EvidenceWeights& weights) const;

  // "floor=0.25,margin=0.05"
  std::string text() const;
  // `other`: the unknown app's probability.
  bool is_unknown(double best, double second, double other) const {
    if (error_target && other > best) return true;
    return best < floor ||
           (margin > 0 && best - std::max(second, other) < margin);
  }
};

struct Verdict {
  AppId best = 0;         // the likeliest app, even if `is_unknown`
  double confidence = 0;  // its probability
  bool is_unknown = false;

  // The app shown to users: the likeliest, or kUnknownApp.
  AppId reported() const { return is_unknown ? kUnknownApp : best; }
};

// Picks the first of equally likely apps. REQUIRES: at least one app.
Verdict reach_verdict(std::span<const double> probabilities,
                      const UnknownRule& rule);

}  // namespace flowtell
