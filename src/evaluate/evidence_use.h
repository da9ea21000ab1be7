// SPDX-License-Identifier: Apache-2.0
//
// How many flows each kind of evidence had something to say of. Shape speaks of
// every flow; a name may not leak, or be one never met; a device may not have
// been seen before.
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
  // By NameSource; those of kNone went to a server without a name.
  std::array<std::uint64_t, kNameSources> by_name_source{};
  // Of the flows with a name, those whose name (or domain) the name table had
  // met: the others' names say nothing.
  std::uint64_t name_known = 0;
  // Flows in a burst that was not its device's first in the capture.
  std::uint64_t device_known = 0;

  std::uint64_t named() const { return flows - by_name_source[0]; }
};

// REQUIRES: what was said of each row of data.
EvidenceUse evidence_use(const Dataset& data, const DatasetScores& scores);

}  // namespace flowtell
