// SPDX-License-Identifier: Apache-2.0
//
// Flows that look alike whatever the app, for several apps use the same server
// or service: advertisements, analytics, DNS. They are known in groups: by
// their server's name, its digits folded; where that name was never met, by its
// registrable domain; where there is none, by protocol and remote port. How
// groups are found to be ambiguous stands in learn/ambiguity.h.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/name_table.h"

namespace flowtell {

// What flows are grouped by: name_key() or domain_key() of their server, or
// where that is not known "UDP 53".
std::string service_key(Protocol protocol, Port remote_port);

struct AmbiguousGroup {
  std::vector<AppId> apps;  // that share it: two or more, in their order
  std::uint64_t flows = 0;  // learned from
  // Of flows held out and judged each by itself, the share named right, every
  // app counting alike.
  double right = 0;

  bool operator==(const AmbiguousGroup&) const = default;
};

class AmbiguityTable {
 public:
  using Groups = std::map<std::string, AmbiguousGroup, std::less<>>;  // by key

  AmbiguityTable() = default;
  explicit AmbiguityTable(Groups groups) : groups_(std::move(groups)) {}

  // The group of flows to this server, "" for one without a name; null where
  // they are not ambiguous. `known` are the names that were met when the
  // groups were found: a name met decides, and its domain does not.
  const AmbiguousGroup* find(std::string_view server, Protocol protocol,
                             Port remote_port, const NameTable& known) const;

  const Groups& groups() const { return groups_; }

 private:
  Groups groups_;
};

}  // namespace flowtell
