// SPDX-License-Identifier: Apache-2.0
//
// A helper process that binds a packet socket to its interface again when the
// interface returns. The process that reads packets must not be allowed to call
// bind and setsockopt: an attacker who takes it over could capture on any
// interface of the machine. The helper may call both and reads no packets.
//
// The helper receives the interface name at its start and one socket later.
// Then it serves one-byte requests, which carry no arguments, and replies
// whether the socket is bound. It drops its privileges and all system calls but
// those it needs (call_filter.h). It ends when the other end of its channel is
// closed.
//
// Start it before large data is loaded: the helper keeps whatever the parent
// had loaded (its memory is a copy-on-write copy).
#pragma once

#include <string>

#include "base/file.h"
#include "base/result.h"

namespace flowtell {

class InterfaceBinder {
 public:
  // Fails if the system cannot start a process.
  // REQUIRES: this process has one thread.
  static Result<InterfaceBinder> start(const std::string& interface);

  // Hands over the socket, which stays open here, and waits until the helper
  // has dropped its privileges. `hardware` is the interface's ARPHRD type: the
  // helper binds to no interface of another type. Call it once.
  Result<void> take(int packet_socket, int hardware);

  // Returns whether the interface exists and the socket is bound to it. Returns
  // false if the helper has ended. REQUIRES: `take` was called.
  bool rebind();

 private:
  explicit InterfaceBinder(FileHandle channel) : channel_(std::move(channel)) {}

  FileHandle channel_;
};

}  // namespace flowtell
