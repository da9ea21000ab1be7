// SPDX-License-Identifier: Apache-2.0
//
// Flows that outlive the call that delivered them, stored with copies of all
// data they borrow in contiguous buffers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "flow/flow.h"

namespace flowtell {

class KeptFlows {
 public:
  void add(const Flow& flow);

  // The i-th flow. Valid until the next `add` or `clear`.
  Flow operator[](std::size_t i) const;

  std::size_t size() const { return entries_.size(); }
  std::size_t packets() const { return packets_.size(); }
  void clear();

 private:
  // A flow and the offsets of the data it borrows.
  struct Entry {
    Flow flow;
    std::size_t packets_at;
    std::size_t server_at;
    std::size_t hello_at;
    std::size_t owner_at;
    std::size_t device_name_at;
  };

  std::vector<Entry> entries_;
  std::vector<PacketRecord> packets_;
  std::string texts_;
};

}  // namespace flowtell
