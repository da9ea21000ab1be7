// SPDX-License-Identifier: Apache-2.0
//
// A candidate: the model in use, adapted to recent flows of its site
// (learn/adaptation.h), with what would change if it were used instead.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "classify/verdict.h"
#include "learn/adaptation.h"
#include "model/evidence.h"

namespace flowtell {

// How many of the flows would change from one verdict to another.
struct VerdictChange {
  std::string from;  // an app or "unknown"
  std::string to;
  std::uint64_t flows = 0;
};

// Of how many sessions of an app a candidate was trained.
struct AppSessions {
  std::string app;
  std::uint64_t sessions = 0;
};

// What a candidate is made of, and its effect.
struct CandidateSummary {
  static constexpr std::size_t kMaxChanges = 5;

  Timestamp made{};  // the last flow's time
  std::uint64_t flows = 0;
  std::uint64_t changed = 0;           // flows with another verdict
  std::vector<AppSessions> apps;       // in the model's order
  std::vector<VerdictChange> changes;  // the most frequent first

  std::uint64_t sessions() const;
  double changed_share() const;
};

struct Candidate {
  Model model;
  CandidateSummary summary;
};

// How verdicts are reached.
struct VerdictOptions {
  EvidenceKinds kinds;
  UnknownRule rule;
};

// Fewer sure sessions make no candidate.
inline constexpr std::size_t kMinCandidateSessions = 10;

// Adapts without cross-validation of the result, on one thread. REQUIRES:
// `recent` has flows, and the model's apps, features and flow definition. Fails
// as `adapt` does, or if there are too few sure sessions.
Result<Candidate> make_candidate(const Model& model, const Dataset& recent,
                                 const VerdictOptions& options);

}  // namespace flowtell
