// SPDX-License-Identifier: Apache-2.0
//
// The witness who knows servers' names, as a judge of flows hears him: the
// model's name table, and what it said of names heard before, since few servers
// stand behind many flows.
//
// Memory: no more names than kMax are kept from burst to burst. One thread at
// a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "classify/device_filter.h"
#include "model/name_table.h"

namespace flowtell {

class NameScorer {
 public:
  // The table is of so many apps.
  NameScorer(NameTable table, std::size_t apps);

  // Of the burst that begins, the words' numbers are comparable.
  void begin_burst();

  // Fills in what the name says of each app.
  NameEvidence score(std::string_view name, std::span<double> probabilities);

 private:
  static constexpr std::size_t kMax = 16'384;

  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct Opinion {
    NameEvidence word;
    std::vector<double> probabilities;
  };

  NameTable table_;
  std::size_t apps_;
  std::unordered_map<std::string, Opinion, TextHash, std::equal_to<>> opinions_;
};

}  // namespace flowtell
