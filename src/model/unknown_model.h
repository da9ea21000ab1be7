// SPDX-License-Identifier: Apache-2.0
//
// The unknown-app score: the probability-like measure, from 0 to 1, that a flow
// belongs to an app that was not trained on (open-set recognition; Scheirer et
// al. 2013).
//
// A logistic regression over the columns below. Some describe the flow; most
// describe its *session*, a device's traffic with no pause longer than 60 s:
// one flow says little, but what a device did in the last minute shows whether
// any trained app explains it. Learned by leaving apps out of training
// (learn/unknown_fit.h); computed by classify/unknown_scorer.h.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace flowtell {

struct UnknownColumn {
  std::string_view name;
  std::string_view meaning;  // completes "the flow has …" or "its session …"
};

// The columns, in the order of the weights in a model file. Each is from 0 to
// 1. Session columns are means or shares in which a flow counts half after
// 60 s, and a name counts once, in full at its latest use.
inline constexpr auto kUnknownColumns = std::to_array<UnknownColumn>({
    {"entropy", "how undecided the shape scorer is about the flow"},
    {"unlike", "1 if no training flow has the same features"},
    {"other", "share of the trees that take the flow for other traffic"},
    {"session_entropy", "mean of entropy"},
    {"session_unlike", "share of flows that are unlike"},
    {"session_other", "mean of other"},
    {"names_never", "share of names whose domain was never seen in training"},
    {"names_domain", "share of names of which only the domain was seen"},
    {"names_rare", "share of names seen in few training captures"},
    {"names_unexplained",
     "share of names that the app with most of them does not explain"},
});

// The positions of the columns.
enum class UnknownColumnId : std::size_t {
  kEntropy,
  kUnlike,
  kOther,
  kSessionEntropy,
  kSessionUnlike,
  kSessionOther,
  kNamesNever,
  kNamesDomain,
  kNamesRare,
  kNamesUnexplained,
};

struct UnknownColumns {
  std::array<double, kUnknownColumns.size()> values{};

  double& operator[](UnknownColumnId id) {
    return values[static_cast<std::size_t>(id)];
  }
  double operator[](UnknownColumnId id) const {
    return values[static_cast<std::size_t>(id)];
  }
  bool operator==(const UnknownColumns&) const = default;
};

struct UnknownModel {
  // False if it could not be learned; every score is then 0.
  bool is_fitted = false;
  double bias = 0;
  UnknownColumns weights;
  UnknownColumns typical;  // means over flows of trained apps, held out

  // By share of the flows of trained apps that may be called unknown, in steps
  // of kStep: the score that this share of them exceeds, measured on held-out
  // flows.
  static constexpr double kStep = 0.005;
  using Thresholds = std::array<double, 100>;
  Thresholds thresholds;

  UnknownModel() { thresholds.fill(1); }

  double score(const UnknownColumns& columns) const;

  // The threshold for this share, rounded down to a step. REQUIRES: share >=
  // kStep.
  double threshold(double share) const;

  bool operator==(const UnknownModel&) const = default;
};

}  // namespace flowtell
