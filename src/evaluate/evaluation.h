// SPDX-License-Identifier: Apache-2.0
//
// How good verdicts are, in the terms that papers use. All shares are of 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "classify/unknown_rule.h"
#include "evaluate/evidence_use.h"
#include "evaluate/left_out_score.h"
#include "evaluate/reliability.h"
#include "evaluate/repeated_folds.h"
#include "evaluate/risk_coverage.h"
#include "learn/ambiguity.h"
#include "learn/held_out_scores.h"
#include "learn/relabelling.h"
#include "model/dataset.h"
#include "model/model.h"

namespace flowtell {

struct AppScore {
  std::string app;
  std::uint64_t flows = 0;
  // Every flow judged, none called unknown:
  double recall = 0;     // of its flows, those named so
  double precision = 0;  // of the flows named so, its own; 0 for none
  // Under the unknown rule:
  double correct = 0;  // of its flows not called unknown, those named right
  double unknown = 0;  // of its flows, those called unknown
};

// Captures laid end to end as one device's day, several times in other orders.
struct TimelineScore {
  std::size_t repeats = 0;
  Score mean;
  Score spread;  // standard deviation over the repeats
};

// The flows that look alike whatever the app, and the others; every flow named.
struct AmbiguityScore {
  std::size_t groups = 0;
  std::uint64_t flows = 0;   // of these groups
  double right = 0;          // the share of them named right
  double right_of_rest = 0;  // and of all others
};

// What a preset's coverage is of.
struct PresetScore {
  std::string name;
  std::string limits;           // of the flows that count, in words
  std::uint64_t flows_met = 0;  // within the limits or not
  std::uint64_t named = 0;
  std::uint64_t ambiguous = 0;  // by relabelling
  double right_of_named = 0;
  // Whatever the threshold: of the flows not called ambiguous, those right.
  double right_of_unambiguous = 0;
};

struct Evaluation {
  std::uint64_t captures = 0;
  std::uint64_t flows = 0;
  double accuracy = 0;           // every flow judged, none called unknown
  double balanced_accuracy = 0;  // the mean of the recalls
  // Means over the apps that have flows, under the unknown rule:
  double correct = 0;
  double unknown = 0;
  double coverage = 0;     // of all flows, those not called unknown
  double error_named = 0;  // of the flows named, those named wrong
  std::vector<AppScore> apps;
  // confusion[i][j]: how many flows of app i are most like app j.
  std::vector<std::vector<std::uint64_t>> confusion;
  Reliability reliability;
  RiskCoverage risk_coverage;
  std::optional<EvidenceUse> evidence_use;
  std::optional<TimelineScore> timeline;
  std::optional<LeftOutScore> left_out;
  std::optional<AmbiguityScore> ambiguity;
  std::optional<PresetScore> preset;
  std::optional<RepeatedScore> repeats;

  Score score() const { return {accuracy, balanced_accuracy}; }
  // The apps of whose flows none is named right, though every flow is named.
  std::vector<std::string> lost_apps() const;
  // The entries of `confusion` that are not 0, row by row.
  std::vector<Confusion> confusions() const;
};

// REQUIRES: one row of probabilities a row of data.
Evaluation evaluate(const Dataset& data, const Probabilities& probabilities,
                    const UnknownRule& rule);
// The same with the rule settled by what was learned for each row.
Evaluation evaluate(const Dataset& data, const Probabilities& probabilities,
                    const UnknownRule& rule, const RowWeights& learned);

// What the evidence says of flows when captures follow each other. The orders
// hang on the seed.
TimelineScore evaluate_timeline(const Dataset& data,
                                const HeldOutScores& held_out,
                                EvidenceKinds kinds, std::uint64_t seed);

// REQUIRES: one row of probabilities, and one mark, a row of data.
AmbiguityScore evaluate_ambiguity(const Dataset& data,
                                  const Probabilities& probabilities,
                                  const AmbiguousRows& ambiguous);

// What a preset says of the flows within its limits. The other fields of the
// score are the caller's.
PresetScore evaluate_preset(const Dataset& data, const PlainShares& shares,
                            const UnknownRule& rule);

}  // namespace flowtell
