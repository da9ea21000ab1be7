// SPDX-License-Identifier: Apache-2.0
//
// State of a named network interface, announcements of its changes, and binding
// of an open packet socket to it. Binding needs no capability, but it needs
// bind and setsockopt; a process confined without these calls delegates them
// (confine/interface_binder.h).
#pragma once

#include <optional>
#include <string>

#include "base/file.h"
#include "base/result.h"

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

// Reports when an interface may have been added, removed, or gone up or down,
// from the kernel's announcements (rtnetlink(7), RTMGRP_LINK), which avoids
// polling.
class LinkMonitor {
 public:
  // Subscribes to announcements. Fails with the system's reason.
  static Result<LinkMonitor> subscribe();

  // Readable when an announcement is pending.
  int descriptor() const { return socket_.get(); }

  // Discards pending announcements; true if there were any. Their content is
  // not needed: callers check the interface themselves.
  bool drain();

 private:
  explicit LinkMonitor(FileHandle socket) : socket_(std::move(socket)) {}
  FileHandle socket_;
};

}  // namespace flowtell
