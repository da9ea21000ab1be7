// SPDX-License-Identifier: Apache-2.0
//
// The kinds of evidence. Each can be left out and measured on its own:
//   shape   how a flow's packets look: the forest's shares
//   name    the server name, if visible: the name table's probabilities
//   time    the device's recent activity
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/unknown_model.h"

namespace flowtell {

struct EvidenceKinds {
  bool shape = true;
  bool name = true;
  bool time = true;

  static constexpr std::string_view kAll = "shape,name,time";

  // Parses "shape", "shape,time", … in any order. Fails without shape and name:
  // time alone does not distinguish apps.
  static Result<EvidenceKinds> parse(std::string_view text);

  // In the order of kAll.
  std::string text() const;

  bool operator==(const EvidenceKinds&) const = default;
};

// The valid combinations, in the order of the weights in a model file.
inline constexpr std::array<EvidenceKinds, 6> kEvidenceKinds = {{
    {true, false, false},
    {false, true, false},
    {true, true, false},
    {true, false, true},
    {false, true, true},
    {true, true, true},
}};

// The confidence threshold for a target error, measured on held-out flows.
struct ErrorTarget {
  double floor = 1;     // minimum confidence of a named flow
  double coverage = 0;  // share of all flows that are named

  bool operator==(const ErrorTarget&) const = default;
};

// Target errors go from 0.5 % of the named flows to 50 %, in steps of 0.5 %.
inline constexpr double kErrorTargetStep = 0.005;
using ErrorTargets = std::array<ErrorTarget, 100>;

// The weight of each kind of evidence, with what is fitted along with it.
// Fitted on held-out flows (learn/evidence_fit.h).
struct EvidenceWeights {
  // Exponents of the likelihoods. Below 1 for redundant evidence, such as the
  // flows of one burst.
  double shape = 1;
  double name = 1;
  // The same for flows that need not be of the same app as the others of their
  // burst. Equal to the above without time evidence.
  double shape_alone = 1;
  double name_alone = 1;
  // The final probabilities are raised to 1/temperature. Above 1 where these
  // are surer on other networks than they are right.
  double temperature = 1;
  UnknownModel unknown = {};
  ErrorTargets error_targets = {};  // of verdicts by these weights

  // The target for this error, rounded down to a step. REQUIRES: error >=
  // kErrorTargetStep.
  const ErrorTarget& error_target(double error) const;

  bool operator==(const EvidenceWeights&) const = default;
};

// Bounds of fitted weights; weights in model files are in [0, kMaxWeight]. Much
// larger weights would underflow the likelihoods.
inline constexpr double kMinWeight = 0.03;
inline constexpr double kMaxWeight = 5;
inline constexpr double kMaxTemperature = 5;

// The weights for each of kEvidenceKinds.
using WeightTable = std::array<EvidenceWeights, kEvidenceKinds.size()>;

// The index in kEvidenceKinds. REQUIRES: the kinds are among them.
std::size_t index_of(const EvidenceKinds& kinds);

}  // namespace flowtell
