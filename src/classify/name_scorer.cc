// SPDX-License-Identifier: Apache-2.0
#include "classify/name_scorer.h"

#include <algorithm>

#include "base/hash.h"

namespace flowtell {

NameScorer::NameScorer(const NameTable& table, std::size_t apps)
    : table_(&table), apps_(apps) {}

void NameScorer::begin_burst() {
  if (cache_.size() > kMaxNames) cache_.clear();
}

NameEvidence NameScorer::score(std::string_view name,
                               std::span<double> probabilities) {
  auto at = cache_.find(name);
  if (at == cache_.end()) {
    CachedScores scores;
    scores.probabilities.resize(apps_);
    scores.evidence.match = table_->score(name, scores.probabilities);
    scores.evidence.key = keyed_hash(std::string_view(name_key(name)));
    at = cache_.emplace(name, std::move(scores)).first;
  }
  std::copy(at->second.probabilities.begin(), at->second.probabilities.end(),
            probabilities.begin());
  return at->second.evidence;
}

}  // namespace flowtell
