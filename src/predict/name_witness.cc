// SPDX-License-Identifier: Apache-2.0
#include "predict/name_witness.h"

#include <algorithm>

namespace flowtell {

NameWitness::NameWitness(NameTable table, std::size_t apps)
    : table_(std::move(table)), apps_(apps) {}

void NameWitness::begin_burst() {
  if (opinions_.size() > kMost) opinions_.clear();
}

NameWord NameWitness::judge(std::string_view name,
                            std::span<double> probabilities) {
  auto at = opinions_.find(name);
  if (at == opinions_.end()) {
    Opinion opinion;
    opinion.probabilities.resize(apps_);
    opinion.word.number = static_cast<std::uint32_t>(opinions_.size());
    opinion.word.match = table_.judge(name, opinion.probabilities);
    at = opinions_.emplace(name, std::move(opinion)).first;
  }
  std::copy(at->second.probabilities.begin(), at->second.probabilities.end(),
            probabilities.begin());
  return at->second.word;
}

}  // namespace flowtell
