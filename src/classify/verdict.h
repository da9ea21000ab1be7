// SPDX-License-Identifier: Apache-2.0
//
// The app that a flow most likely belongs to, with its probability.
#pragma once

#include <span>

#include "classify/unknown_rule.h"
#include "model/app.h"

namespace flowtell {

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
