// SPDX-License-Identifier: Apache-2.0
//
// The names that devices gave themselves by DHCP, by MAC. Bounded: beyond
// kMaxSize, the MAC named first is forgotten. One thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "decode/dhcp_name.h"

namespace flowtell {

class HostNames {
 public:
  static constexpr std::size_t kMaxSize = 4096;

  void learn(const DhcpName& found) {
    const auto [at, is_new] = names_.try_emplace(found.station);
    at->second = found.name.text();
    if (!is_new) return;
    order_.push_back(found.station);
    if (order_.size() <= kMaxSize) return;
    names_.erase(order_.front());
    order_.pop_front();
  }

  // Empty if it has none. Valid until the next `learn`.
  std::string_view of(Station station) const {
    if (names_.empty()) return {};
    const auto at = names_.find(station);
    return at == names_.end() ? std::string_view() : at->second;
  }

 private:
  std::map<Station, std::string> names_;
  std::deque<Station> order_;  // of their first names
};

}  // namespace flowtell
