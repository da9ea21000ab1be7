// SPDX-License-Identifier: Apache-2.0
//
// What becomes of apps that were never taught: each app in turn is left out of
// learning, and then its flows ought to be called unknown. What that costs is
// told beside it: how many flows of the other apps, each judged as in
// cross-validation, are called unknown too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "classify/unknown_rule.h"
#include "learn/held_out_scores.h"

namespace flowtell {

struct LeftOutApp {
  std::string app;
  std::uint64_t flows = 0;
  // Under the unknown rule, means over apps where there are several; shares of
  // 1:
  double unknown = 0;         // of its flows, those called unknown
  double others_unknown = 0;  // of the others' flows
  double others_correct = 0;  // of the others' flows not unknown, those right
  // Of its flows, the share called unknown where flows are whose confidence is
  // below that of nine tenths of the others' flows.
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

// The first app without whose flows the others' are not dealt to two folds, so
// that nothing of them could be judged. None where each can be left out.
std::optional<std::string> app_that_must_stay(
    const Dataset& data, const CrossValidationOptions& options);

// REQUIRES: flows of at least three apps, so that two are left to be told
// apart; no app must stay.
LeftOutScore leave_apps_out(const Dataset& data,
                            const CrossValidationOptions& options,
                            EvidenceKinds kinds, const UnknownRule& rule);

}  // namespace flowtell
