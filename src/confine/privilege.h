// SPDX-License-Identifier: Apache-2.0
//
// The privileges of this process: its effective capabilities (capabilities(7)),
// read from the kernel, because the user number is not reliable in a container.
#pragma once

#include "base/result.h"

namespace flowtell {

enum class Capability : unsigned {  // the kernel's own numbers
  kSetGroup = 6,
  kSetUser = 7,
  kSetCapabilities = 8,
  kNetBindService = 10,
  kNetAdmin = 12,
  kNetRaw = 13,
};

bool may(Capability capability);

// Fails with the missing capabilities and how to get them. `doing` completes
// "cannot …".
Result<void> require_network_privilege(std::string_view doing);

// Whether the user namespace maps users other than its root. If not, no process
// in it can switch to another user.
bool maps_other_users();

}  // namespace flowtell
