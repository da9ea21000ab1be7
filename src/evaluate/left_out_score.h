// SPDX-License-Identifier: Apache-2.0
//
// Measures the recognition of unknown apps: each app in turn is left out of
// training, and then its flows should be unknown. The cost: the share of the
// other apps' flows that also get the verdict unknown, measured by
// cross-validation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "classify/verdict.h"
#include "learn/held_out_scores.h"

namespace flowtell {

struct LeftOutApp {
  std::string app;
  std::uint64_t flows = 0;
  // Under the unknown rule, from 0 to 1; `others_...` are means over apps:
  double unknown = 0;         // the share of its flows that is called unknown
  double others_unknown = 0;  // the share of the others' flows called unknown
  // The share of the other apps' named flows that are right.
  double others_correct = 0;
  // The share of its flows called unknown when the floor is raised until a
  // tenth of the other apps' flows are called unknown.
  double unknown_at_tenth = 0;
};

struct LeftOutScore {
  std::vector<LeftOutApp> apps;
  // Means over the apps.
  double unknown = 0;
  double others_unknown = 0;
  double others_correct = 0;
  double unknown_at_tenth = 0;
};

// The first app that cannot be left out because the others would fill fewer
// than two folds. None if each app can be left out.
std::optional<std::string> app_required_for_folds(
    const Dataset& data, const CrossValidationOptions& options);

// REQUIRES: flows of at least three apps, so that two remain;
// app_required_for_folds returns none.
LeftOutScore leave_apps_out(const Dataset& data,
                            const CrossValidationOptions& options,
                            EvidenceKinds kinds, const UnknownRule& rule);

}  // namespace flowtell
