// SPDX-License-Identifier: Apache-2.0
//
// A verdict: the app that a flow most likely belongs to, and how likely.
#pragma once

#include <span>

#include "classify/unknown_rule.h"
#include "model/app.h"

namespace flowtell {

struct Verdict {
  AppId best = 0;         // the likeliest app, whatever the rule says
  double confidence = 0;  // its probability
  bool is_unknown = false;

  // What is told: the likeliest app, or kUnknownApp.
  AppId reported() const { return is_unknown ? kUnknownApp : best; }
};

// Of equally likely apps the first. REQUIRES: at least one app.
Verdict reach_verdict(std::span<const double> probabilities,
                      const UnknownRule& rule);

}  // namespace flowtell
