// SPDX-License-Identifier: Apache-2.0
//
// Counts the flows for which each kind of evidence was available. Shape always
// is. A name may be missing or not in the name table. A device may be new.
#pragma once

#include <array>
#include <cstdint>

#include "flow/name_source.h"
#include "learn/scorers.h"

namespace flowtell {

struct EvidenceUse {
  static constexpr std::size_t kNameSources =
      static_cast<std::size_t>(NameSource::kGoogleQuic) + 1;

  std::uint64_t flows = 0;
  // By NameSource; kNone counts flows without a name.
  std::array<std::uint64_t, kNameSources> by_name_source{};
  // Of the flows with a name, those whose name (or domain) is in the name
  // table; the other names are no evidence.
  std::uint64_t name_known = 0;
  // Flows whose burst is not the device's first in the capture.
  std::uint64_t device_known = 0;

  std::uint64_t named() const { return flows - by_name_source[0]; }
};

// REQUIRES: scores for each row of data.
EvidenceUse evidence_use(const Dataset& data, const DatasetScores& scores);

}  // namespace flowtell
