// SPDX-License-Identifier: Apache-2.0
//
// Scores flows by their server names: the model's name table with a cache,
// since few servers account for many flows.
//
// One thread at a time. Memory: at most kMaxNames names are kept from one burst
// to the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "classify/scored_burst.h"
#include "model/name_table.h"

namespace flowtell {

class NameScorer {
 public:
  // `apps`: how many apps the table covers.
  // The table outlives the scorer.
  NameScorer(const NameTable& table, std::size_t apps);

  // Begins a burst: clears the cache if it has too many names.
  void begin_burst();

  // Writes the name's probability for each app.
  NameEvidence score(std::string_view name, std::span<double> probabilities);

 private:
  static constexpr std::size_t kMaxNames = 16'384;

  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct CachedScores {
    NameEvidence evidence;
    std::vector<double> probabilities;
  };

  const NameTable* table_;
  std::size_t apps_;
  std::unordered_map<std::string, CachedScores, TextHash, std::equal_to<>>
      cache_;
};

}  // namespace flowtell
