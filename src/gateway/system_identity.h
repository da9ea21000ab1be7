// SPDX-License-Identifier: Apache-2.0
//
// Identifies the boot and the network namespace of this process.
//
// Interfaces, addresses, rules and most network settings belong to one network
// namespace, and end with it or with a reboot. So a record of them is valid
// only if both match.
#pragma once

#include <string>

namespace flowtell {

struct SystemIdentity {
  std::string boot;     // random, set by the kernel at boot
  std::string network;  // of the namespace; may repeat after a reboot

  bool operator==(const SystemIdentity&) const = default;
};

SystemIdentity identity_of_system();

}  // namespace flowtell
