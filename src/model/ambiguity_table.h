// SPDX-License-Identifier: Apache-2.0
//
// Ambiguous flows: flows that look alike for several apps because the apps use
// the same server or service, such as advertisements, analytics or DNS. Flows
// are grouped by server name with digits folded; by registrable domain if the
// name table lacks that name; and without a name by protocol and remote port.
// learn/ambiguity.h decides which groups are ambiguous.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/name_table.h"

namespace flowtell {

// The key of flows without a server name, such as "UDP 53". Other keys are
// name_key() or domain_key() of the server.
std::string service_key(Protocol protocol, Port remote_port);

struct AmbiguousGroup {
  std::vector<AppId> apps;  // sharing it: two or more, ascending
  std::uint64_t flows = 0;  // in training
  // Balanced accuracy of its held-out flows, each classified on its own.
  double right = 0;

  bool operator==(const AmbiguousGroup&) const = default;
};

class AmbiguityTable {
 public:
  using Groups = std::map<std::string, AmbiguousGroup, std::less<>>;  // by key

  AmbiguityTable() = default;
  explicit AmbiguityTable(Groups groups) : groups_(std::move(groups)) {}

  // The group of flows to `server` ("" for none); null if they are not
  // ambiguous. `known` is the name table of the training data: the group of a
  // name in it decides, even if its domain has one.
  const AmbiguousGroup* find(std::string_view server, Protocol protocol,
                             Port remote_port, const NameTable& known) const;

  const Groups& groups() const { return groups_; }

 private:
  Groups groups_;
};

}  // namespace flowtell
