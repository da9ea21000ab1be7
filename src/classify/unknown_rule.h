// SPDX-License-Identifier: Apache-2.0
//
// When a verdict says `unknown` instead of naming the likeliest app.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/evidence.h"

namespace flowtell {

struct UnknownRule {
  // Unknown when the best app's probability is below the floor, or leads the
  // second's (another app, or any that was never taught) by less than the
  // margin. Both 0: never.
  double floor = 0.25;
  double margin = 0.05;
  // Or: at most so great a share of the flows that are named may be wrong, as
  // far as flows held out from learning can tell. Floor and margin then follow
  // from what was learned (`settled`).
  std::optional<double> error_target = {};

  // "never", "promise=E", or "floor=F,margin=M" with either left out being 0.
  static Result<UnknownRule> parse(std::string_view text);

  // The rule with its floor and margin, whatever was promised.
  UnknownRule settled(const EvidenceWeights& learned) const;

  // "floor=0.25,margin=0.05"
  std::string text() const;
  // `other`: the probability of any app that was never taught.
  bool is_unknown(double best, double second, double other) const {
    if (error_target && other > best) return true;
    return best < floor ||
           (margin > 0 && best - std::max(second, other) < margin);
  }
};

}  // namespace flowtell
