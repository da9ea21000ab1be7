// SPDX-License-Identifier: Apache-2.0
//
// The interface that has a name now, and an open packet socket bound to it. It
// takes no capability, but it takes bind and setsockopt: a process without
// these calls has another do it (confine/interface_binder.h).
#pragma once

#include <optional>
#include <string>

namespace flowtell {

// What the kernel says of an interface.
struct InterfaceState {
  int index = 0;
  int hardware = 0;  // its kind, as the kernel numbers it (ARPHRD_...)
};

// Nothing where there is none, or it is down. Any socket serves to ask by.
std::optional<InterfaceState> interface_state(int socket,
                                              const std::string& name);

// Binds the packet socket to the interface that has the name now, as libpcap
// did when it made the socket. False where that interface is absent, down or of
// another kind.
bool bind_to_interface(int socket, const std::string& name, int hardware);

}  // namespace flowtell
