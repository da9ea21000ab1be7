// SPDX-License-Identifier: Apache-2.0
//
// The flows of a burst with the scores of the scorers: what the device filter
// and the unknown scorer combine into verdicts.
#pragma once

#include <cstdint>
#include <span>

#include "base/time.h"
#include "decode/address.h"
#include "model/evidence.h"
#include "model/name_table.h"

namespace flowtell {

// A flow's server name, and how it matches the name table.
struct NameEvidence {
  std::uint64_t key = 0;  // equal exactly for names that fold to the same
  NameMatch match = NameMatch::kNoName;
};

// The scores of flows: one probability per flow and app, under a uniform prior
// over the apps.
struct BurstScores {
  std::span<const double> shape;
  std::span<const double> name;         // uniform for a flow without a name
  std::span<const NameEvidence> names;  // one per flow
  // One per flow: 1 if no training flow has the same features. Empty without
  // shape evidence.
  std::span<const std::uint8_t> unlike = {};
  // One per flow: the other forest's share for other traffic. Empty without.
  std::span<const double> other = {};
};

struct ScoredBurst {
  Address device;
  Timestamp first;  // time of its first packet
  Timestamp last;
  BurstScores scores;  // of its flows, in order
  const EvidenceWeights& weights;
};

}  // namespace flowtell
