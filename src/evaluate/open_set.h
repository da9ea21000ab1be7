// SPDX-License-Identifier: Apache-2.0
//
// Measures the recognition of unknown apps: each app in turn is left out of
// training, and then its flows should be unknown. The cost is the share of the
// other apps' flows that also get the verdict unknown, measured by
// cross-validation. Everything is learned without the app left out, the unknown
// score included.
//
// Shares are from 0 to 1. Rates follow Fawcett, "An introduction to ROC
// analysis", 2006.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "classify/verdict.h"
#include "learn/held_out_scores.h"

namespace flowtell {

// The shares of the others that may be called unknown, and their JSON keys.
struct FalseUnknownRate {
  double share;
  std::string_view key;
};
inline constexpr std::array<FalseUnknownRate, 3> kFalseUnknownRates = {
    {{0.01, "0.01"}, {0.05, "0.05"}, {0.10, "0.10"}}};

// How well unknown scores separate an app left out from the others.
struct Separation {
  double auroc = 0;  // 0.5: not at all
  // By kFalseUnknownRates: the share of the app found unknown where at most
  // this share of the others is.
  std::array<double, kFalseUnknownRates.size()> detection{};
};

struct OpenSetApp {
  std::string app;
  std::uint64_t flows = 0;
  std::uint64_t sessions = 0;
  Separation by_flow;
  Separation by_session;  // by the mean score of a session's flows
  // Under the unknown rule; `others_...` are means over apps:
  double unknown = 0;         // the share of its flows that is called unknown
  double others_unknown = 0;  // the share of the others' flows called unknown
  // The share of the other apps' named flows that are right.
  double others_correct = 0;
};

struct OpenSetScore {
  std::vector<OpenSetApp> apps;
  // Means over the apps.
  Separation by_flow;
  Separation by_session;
  double unknown = 0;
  double others_unknown = 0;
  double others_correct = 0;
};

// REQUIRES: neither list is empty.
Separation separate(std::vector<double> known, std::vector<double> unknown);

// The mean unknown score of each session: a device's rows of one capture, with
// no pause longer than kSessionPause. REQUIRES: one score per row.
std::vector<double> session_means(const Dataset& data,
                                  const std::vector<double>& scores);

// The first app that cannot be left out because the others would fill fewer
// than two folds. None if each app can be left out.
std::optional<std::string> app_required_for_folds(
    const Dataset& data, const CrossValidationOptions& options);

// REQUIRES: flows of at least three apps, so that two remain;
// app_required_for_folds returns none.
OpenSetScore leave_apps_out(const Dataset& data,
                            const CrossValidationOptions& options,
                            EvidenceKinds kinds, const UnknownRule& rule,
                            const StepReport& progress);

}  // namespace flowtell
