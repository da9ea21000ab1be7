// SPDX-License-Identifier: Apache-2.0
//
// State of a named network interface, and binding of an open packet socket to
// it. This needs no capability, but it needs bind and setsockopt; a process
// confined without these calls delegates them (confine/interface_binder.h).
#pragma once

#include <optional>
#include <string>

namespace flowtell {

// State of an interface as reported by the kernel.
struct InterfaceState {
  int index = 0;
  int hardware = 0;  // device type (ARPHRD_...)
};

// Nothing if the interface is absent or down. Any open socket will do.
std::optional<InterfaceState> interface_state(int socket,
                                              const std::string& name);

// Binds the packet socket to the interface with this name, as libpcap did when
// it created the socket. False if the interface is absent, down or of another
// device type.
bool bind_to_interface(int socket, const std::string& name, int hardware);

}  // namespace flowtell
