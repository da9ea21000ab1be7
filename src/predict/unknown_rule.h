// SPDX-License-Identifier: Apache-2.0
//
// When a verdict says `unknown` instead of naming the likeliest app.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace flowtell {

struct UnknownRule {
  // Unknown when the best app's probability is below the floor, or leads the
  // second's (another app, or any that was never taught) by less than the
  // margin. Both 0: never.
  double floor = 0.25;
  double margin = 0.05;

  // "never", or "floor=F,margin=M" with either left out being 0.
  static Result<UnknownRule> parse(std::string_view text);

  // "floor=0.25,margin=0.05"
  std::string text() const;
  bool is_unknown(double best, double second) const {
    return best < floor || (margin > 0 && best - second < margin);
  }
};

}  // namespace flowtell
