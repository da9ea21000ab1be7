// SPDX-License-Identifier: Apache-2.0
//
// Flows that outlive the call that handed them over: with copies of all that a
// flow borrows, which stand one behind the other and are made room for once.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "flow/flow.h"

namespace flowtell {

class KeptFlows {
 public:
  void add(const Flow& flow);

  // The i-th, borrowing from here: valid until the next `add` or `clear`.
  Flow operator[](std::size_t i) const;

  std::size_t size() const { return entries_.size(); }
  std::size_t packets() const { return packets_.size(); }
  void clear();

 private:
  // What the flow borrows stands at these places.
  struct Entry {
    Flow flow;
    std::size_t packets_at;
    std::size_t server_at;
    std::size_t alpn_at;
  };

  std::vector<Entry> entries_;
  std::vector<PacketRecord> packets_;
  std::string texts_;
};

}  // namespace flowtell
