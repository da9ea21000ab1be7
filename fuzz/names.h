// SPDX-License-Identifier: Apache-2.0
//
// What holds for every name that was read from packets.
#pragma once

#include <algorithm>
#include <string_view>

#include "base/result.h"
#include "decode/host_name.h"

namespace flowtell {

// It may stand in a line of output as it is, and is read back as itself.
inline void check_name(std::string_view name) {
  if (name.empty()) return;
  const auto again = HostName::from(name);
  require(again && again->text() == name, "a name is a host's name");
  require(
      std::ranges::none_of(name, [](char c) { return c <= ' ' || c > '~'; }),
      "a name is plain text");
}

inline void check_name(const HostName& name) { check_name(name.text()); }

}  // namespace flowtell
