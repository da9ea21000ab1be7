// SPDX-License-Identifier: Apache-2.0
#include "evaluate/evidence_use.h"

#include <algorithm>
#include <map>

namespace flowtell {
namespace {

bool is_informative(std::span<const double> scores) {
  const auto [min, max] = std::minmax_element(scores.begin(), scores.end());
  return *min < *max;
}

}  // namespace

EvidenceUse evidence_use(const Dataset& data, const DatasetScores& scores) {
  EvidenceUse use;
  use.flows = data.rows();
  // The first burst of each device in the current capture.
  std::map<Address, std::uint32_t> first_burst;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    if (row > 0 && data.capture_of[row] != data.capture_of[row - 1]) {
      first_burst.clear();
    }
    const RowFacts& facts = data.facts[row];
    ++use.by_name_source[static_cast<std::size_t>(facts.name_source)];
    if (is_informative(scores.name.row(row))) ++use.name_known;
    const auto seen = first_burst.try_emplace(facts.device, facts.burst).first;
    if (seen->second != facts.burst) ++use.device_known;
  }
  return use;
}

}  // namespace flowtell
