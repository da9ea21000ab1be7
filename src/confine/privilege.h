// SPDX-License-Identifier: Apache-2.0
//
// What this process may do: the capabilities in force (capabilities(7)), asked
// of the kernel rather than guessed from the user's number, which says little
// within a container.
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

// Fails, naming the capabilities that are wanting and the way to them.
// `doing` completes "cannot …".
Result<void> require_network_privilege(std::string_view doing);

// Whether another user's number means anything here: a user namespace may know
// no user but its root, so that no process in it can become anyone else.
bool knows_other_users();

}  // namespace flowtell
