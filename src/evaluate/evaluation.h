// SPDX-License-Identifier: Apache-2.0
//
// The quality of verdicts, in metrics used by papers, and the evidence
// behind them. Shares are from 0 to 1.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "classify/verdict.h"
#include "evaluate/confidence.h"
#include "evaluate/open_set.h"
#include "evaluate/repeated_folds.h"
#include "flow/flow.h"
#include "learn/ambiguity.h"
#include "learn/confusion.h"
#include "learn/held_out_scores.h"
#include "learn/relabelling.h"
#include "learn/scorers.h"
#include "model/dataset.h"
#include "model/model.h"

namespace flowtell {

// The flows for which each kind of evidence was available. Shape always is. A
// name may be missing or not in the name table. A device may be new.
struct EvidenceUse {
  std::uint64_t flows = 0;
  // By NameSource; kNone counts flows without a name, kEch flows whose name is
  // no evidence.
  std::array<std::uint64_t, kNameSources> by_name_source{};
  // Of the flows with a name, those whose name (or domain) is in the name
  // table; the other names are no evidence.
  std::uint64_t name_known = 0;
  // Flows whose burst is not the device's first in the capture.
  std::uint64_t device_known = 0;

  std::uint64_t named() const {
    return flows - by_name_source[0] -
           by_name_source[static_cast<std::size_t>(NameSource::kEch)];
  }
};

struct AppScore {
  std::string app;
  std::uint64_t flows = 0;
  // With every flow named, none unknown:
  double recall = 0;     // of its flows, those named right
  double precision = 0;  // of the flows named so, those right; 0 for none
  // Under the unknown rule:
  double correct = 0;  // of its flows that are named, those named right
  double unknown = 0;  // of its flows, those that are unknown
};

// Scores over a timeline (learn/row_classifier.h), in several orders.
struct TimelineScore {
  std::size_t repeats = 0;
  Score mean;
  Score spread;  // standard deviation over the repeats
};

// Scores of pairs of captures mixed on one device (learn/row_classifier.h), the
// means over several pairings.
struct MixedScore {
  std::size_t repeats = 0;
  Score mixed;
  Score alone;                // of the same flows, each capture on its own
  double as_other_app = 0;    // flows named as the other app of their pair
  double alone_as_other = 0;  // the same, each capture on its own
};

// Accuracy on ambiguous flows and on the others, with every flow named.
struct AmbiguityScore {
  std::size_t groups = 0;
  std::uint64_t flows = 0;      // of these groups
  double right = 0;             // the share of them named right
  double accuracy_of_rest = 0;  // the share of all others named right
};

// Coverage and accuracy of a preset (learn/preset.h).
struct PresetScore {
  std::string name;
  std::string limits;            // which flows count, in words
  std::uint64_t flows_seen = 0;  // within the limits or not
  std::uint64_t named = 0;
  std::uint64_t ambiguous = 0;  // by relabelling
  double accuracy_of_named = 0;
  // At any threshold: of the flows that are not ambiguous, those right.
  double right_of_unambiguous = 0;
};

struct Evaluation {
  std::uint64_t captures = 0;
  std::uint64_t flows = 0;
  double accuracy = 0;           // with every flow named, none unknown
  double balanced_accuracy = 0;  // the mean of the recalls
  // Means over the apps that have flows, under the unknown rule:
  double correct = 0;
  double unknown = 0;
  double coverage = 0;        // of all flows, those named
  double selective_risk = 0;  // of the flows named, those wrong
  std::vector<AppScore> apps;
  // Apps with flows in one fold only: none could be tested, so none counts.
  std::vector<std::string> untested;
  ConfusionMatrix confusion;
  Reliability reliability;
  RiskCoverage risk_coverage;
  std::optional<EvidenceUse> evidence_use;
  std::optional<TimelineScore> timeline;
  std::optional<MixedScore> mixed;  // none without a pair
  std::optional<OpenSetScore> open_set;
  std::optional<AmbiguityScore> ambiguity;
  std::optional<PresetScore> preset;
  std::optional<RepeatedScore> repeats;

  // Without any testable flow, all figures are 0 and mean nothing.
  bool has_score() const { return flows > 0; }
  Score score() const { return {accuracy, balanced_accuracy}; }
  // The apps with a recall of 0.
  std::vector<std::string> zero_recall_apps() const;
};

// What is predicted for each row of a dataset.
struct RowVerdicts {
  Probabilities probabilities;
  std::vector<Verdict> verdicts;

  // The given rows, in the given order.
  RowVerdicts select(std::span<const std::uint32_t> rows) const;
};

// Classifies each capture on its own; the rule means for each row what its
// weights say.
RowVerdicts reach_verdicts(const Dataset& data, const HeldOutScores& held_out,
                           EvidenceKinds kinds, const UnknownRule& rule);

std::vector<double> unknown_scores(const RowVerdicts& rows);

// REQUIRES: one verdict per row of data.
Evaluation evaluate(const Dataset& data, const RowVerdicts& rows);
// The same for probabilities alone, without unknown scores.
Evaluation evaluate(const Dataset& data, const Probabilities& probabilities,
                    const UnknownRule& rule);

// Lists the apps that have flows in `all`, but none among those evaluated.
void name_untested(const Dataset& all, Evaluation& evaluation);

// REQUIRES: scores for each row of data.
EvidenceUse evidence_use(const Dataset& data, const DatasetScores& scores);

// Scores the captures as one device's timeline. The orders depend on the seed.
// Rows that cannot be tested are part of it, but do not count.
TimelineScore evaluate_timeline(const Dataset& data,
                                const HeldOutScores& held_out,
                                EvidenceKinds kinds, std::uint64_t seed);

// Scores the captures mixed in pairs; none if no pair of different apps can be
// formed. The pairs depend on the seed.
std::optional<MixedScore> evaluate_mixed(const Dataset& data,
                                         const HeldOutScores& held_out,
                                         EvidenceKinds kinds,
                                         std::uint64_t seed);

// REQUIRES: one row of probabilities and one mark per row of data.
AmbiguityScore evaluate_ambiguity(const Dataset& data,
                                  const Probabilities& probabilities,
                                  const AmbiguousRows& ambiguous);

// Scores a preset on the flows within its limits. The caller fills the fields
// `name`, `limits` and `flows_seen`.
PresetScore evaluate_preset(const Dataset& data, const PlainShares& shares,
                            const UnknownRule& rule);

}  // namespace flowtell
