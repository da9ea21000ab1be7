// SPDX-License-Identifier: Apache-2.0
#include "model/ambiguity_table.h"

#include <fmt/format.h>

namespace flowtell {

std::string service_key(Protocol protocol, Port remote_port) {
  return fmt::format("{} {}", protocol_name(protocol), remote_port);
}

const AmbiguousGroup* AmbiguityTable::find(std::string_view server,
                                           Protocol protocol, Port remote_port,
                                           const NameTable& known) const {
  if (groups_.empty()) return nullptr;
  std::string key;
  if (server.empty()) {
    key = service_key(protocol, remote_port);
  } else {
    key = name_key(server);
    if (!known.counts().contains(key)) key = domain_key(server);
  }
  const auto at = groups_.find(key);
  return at == groups_.end() ? nullptr : &at->second;
}

}  // namespace flowtell
