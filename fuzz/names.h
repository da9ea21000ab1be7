// SPDX-License-Identifier: Apache-2.0
//
// What holds for every name that was read from packets.
#pragma once

#include <algorithm>

#include "base/result.h"
#include "decode/host_name.h"

namespace flowtell {

// It may stand in a line of output as it is, and is read back as itself.
inline void check_name(const HostName& name) {
  if (name.empty()) return;
  require(HostName::from(name.text()) == name, "a name is a host's name");
  require(std::ranges::none_of(name.text(),
                               [](char c) { return c <= ' ' || c > '~'; }),
          "a name is plain text");
}

}  // namespace flowtell
