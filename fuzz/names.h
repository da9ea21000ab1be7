// SPDX-License-Identifier: Apache-2.0
//
// Checks that hold for every name read from packets.
#pragma once

#include <algorithm>
#include <string_view>

#include "base/result.h"
#include "decode/host_name.h"

namespace flowtell {

// A name is printable as it is and parses back to itself.
inline void check_name(std::string_view name) {
  if (name.empty()) return;
  const auto again = HostName::from(name);
  require(again && again->text() == name, "a name is a host name");
  require(
      std::ranges::none_of(name, [](char c) { return c <= ' ' || c > '~'; }),
      "a name is plain text");
}

inline void check_name(const HostName& name) { check_name(name.text()); }

}  // namespace flowtell
