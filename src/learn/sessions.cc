// SPDX-License-Identifier: Apache-2.0
#include "learn/sessions.h"

#include <algorithm>
#include <map>
#include <utility>

#include "classify/unknown_scorer.h"

namespace flowtell {

std::vector<std::vector<std::uint32_t>> find_sessions(
    const Dataset& data, std::optional<Duration> longest) {
  // By capture and device: its rows.
  std::map<std::pair<std::uint32_t, Address>, std::vector<std::uint32_t>> rows;
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    rows[{data.capture_of[row], data.facts[row].device}].push_back(row);
  }
  std::vector<std::vector<std::uint32_t>> sessions;
  for (auto& [device, own] : rows) {
    std::ranges::stable_sort(
        own, {}, [&](std::uint32_t row) { return data.facts[row].first; });
    Timestamp first{};
    Timestamp last = data.facts[own.front()].last;
    for (const std::uint32_t row : own) {
      const RowFacts& facts = data.facts[row];
      const bool begins = row == own.front() ||
                          facts.first - last > kSessionPause ||
                          (longest && facts.first - first > *longest);
      if (begins) {
        sessions.emplace_back();
        first = facts.first;
      }
      sessions.back().push_back(row);
      last = std::max(last, facts.last);
    }
  }
  return sessions;
}

}  // namespace flowtell
