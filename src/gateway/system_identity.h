// SPDX-License-Identifier: Apache-2.0
//
// Which boot and which network namespace this process is in.
//
// Interfaces, addresses, rules and most settings of the network belong to one
// network namespace and end with it, and all of them end with a reboot. A
// record of them is of use only where both are the same.
#pragma once

#include <string>

namespace flowtell {

struct SystemIdentity {
  std::string boot;     // drawn by the kernel at each start
  std::string network;  // of the namespace; repeats after a reboot

  bool operator==(const SystemIdentity&) const = default;
};

SystemIdentity identity_of_system();

}  // namespace flowtell
