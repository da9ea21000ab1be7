// SPDX-License-Identifier: Apache-2.0
//
// The kinds of evidence, each of which can be left out and measured alone:
//   shape   how a flow's packets look: the forest's shares
//   name    the server's name that leaked, if any: what the name table says
//   time    what the same device was doing a moment ago
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/name_table.h"

namespace flowtell {

struct EvidenceKinds {
  bool shape = true;
  bool name = true;
  bool time = true;

  static constexpr std::string_view kAll = "shape,name,time";

  // "shape", "shape,time", … in any order. Time alone says nothing of any app,
  // and is refused.
  static Result<EvidenceKinds> parse(std::string_view text);

  // In the order above.
  std::string text() const;

  bool operator==(const EvidenceKinds&) const = default;
};

// Those that make sense, in the order in which a model lists their weights.
inline constexpr std::array<EvidenceKinds, 6> kEvidenceKinds = {{
    {true, false, false},
    {false, true, false},
    {true, true, false},
    {true, false, true},
    {false, true, true},
    {true, true, true},
}};

// How an app that was never taught shows itself: how much likelier what the
// witnesses say of a flow is, if it is of such an app and not of one taught.
// All 1 and a prior of 0 where that could not be learned.
struct Novelty {
  static constexpr std::size_t kBins = 10;

  double prior = 0;  // of a device of which nothing is known yet
  // By how far the forest's greatest share is above that of equal shares, in
  // tenths of what is possible; never rising.
  std::array<double, kBins> shape;
  std::array<double, kNameMatches> name;  // by how the name table knows it

  // Where in `shape` so great a share, of so many apps taught, stands.
  static std::size_t bin(double share, std::size_t apps) {
    const double equal = 1 / static_cast<double>(apps);
    const double above = std::max(0.0, (share - equal) / (1 - equal));
    return std::min(kBins - 1, static_cast<std::size_t>(
                                   above * static_cast<double>(kBins)));
  }

  Novelty() { shape.fill(1), name.fill(1); }
  bool operator==(const Novelty&) const = default;
};

// What it takes to keep a promise about errors, as it was on flows held out.
struct ErrorTarget {
  double floor = 1;     // flows of at least this confidence are named
  double coverage = 0;  // the share of all flows that this names

  bool operator==(const ErrorTarget&) const = default;
};

// ErrorTargets are kept for errors of half a percent, one percent, and so on,
// up to half of the flows named.
inline constexpr double kErrorTargetStep = 0.005;
using ErrorTargets = std::array<ErrorTarget, 100>;

// How much each kind of evidence counts, and how a device's doings go on.
// Fitted on flows that the evidence did not learn from
// (learn/weight_fit.h).
struct EvidenceWeights {
  // Powers to which likelihoods are raised. Below 1 where witnesses repeat
  // themselves, as the flows of one burst do.
  double shape = 1;
  double name = 1;
  Novelty novelty = {};
  ErrorTargets error_targets = {};  // of verdicts by these weights

  // The promise of at most so great an error, which is from kErrorTargetStep
  // on: that of the step below, if it lies between two.
  const ErrorTarget& error_target(double error) const;

  bool operator==(const EvidenceWeights&) const = default;
};

// Fitted weights stay within these; those of model files lie between 0 and the
// latter. Much larger ones would make likelihoods vanish.
inline constexpr double kMinWeight = 0.03;
inline constexpr double kMaxWeight = 5;

// The weights of each of kEvidenceKinds.
using WeightTable = std::array<EvidenceWeights, kEvidenceKinds.size()>;

// REQUIRES: the kinds are among kEvidenceKinds.
std::size_t place_of(const EvidenceKinds& kinds);

}  // namespace flowtell
