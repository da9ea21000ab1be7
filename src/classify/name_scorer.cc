// SPDX-License-Identifier: Apache-2.0
#include "classify/name_scorer.h"

#include <algorithm>

namespace flowtell {

NameScorer::NameScorer(NameTable table, std::size_t apps)
    : table_(std::move(table)), apps_(apps) {}

void NameScorer::begin_burst() {
  if (opinions_.size() > kMax) opinions_.clear();
}

NameEvidence NameScorer::score(std::string_view name,
                               std::span<double> probabilities) {
  auto at = opinions_.find(name);
  if (at == opinions_.end()) {
    Opinion opinion;
    opinion.probabilities.resize(apps_);
    opinion.word.number = static_cast<std::uint32_t>(opinions_.size());
    opinion.word.match = table_.score(name, opinion.probabilities);
    at = opinions_.emplace(name, std::move(opinion)).first;
  }
  std::copy(at->second.probabilities.begin(), at->second.probabilities.end(),
            probabilities.begin());
  return at->second.word;
}

}  // namespace flowtell
