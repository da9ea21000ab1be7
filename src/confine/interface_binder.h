// SPDX-License-Identifier: Apache-2.0
//
// A helper process that binds a packet socket to its interface again when that
// returns. A process that reads packets may not have bind and setsockopt: with
// them whatever takes it over could listen on any interface of the machine.
// The helper has both calls, and reads no packet.
//
// It gets the interface's name at its start and one socket after that. From
// then on it takes one-byte requests, which name nothing, and answers whether
// the socket is bound. It has given up its privileges, and every call but
// those it needs for that (call_filter.h). It ends with the other end of its
// channel, whatever becomes of the process there.
//
// Start it before anything large is loaded: its memory is a copy of that
// moment's, which pages share until either process changes them.
#pragma once

#include <string>

#include "base/file.h"
#include "base/result.h"

namespace flowtell {

class InterfaceBinder {
 public:
  // Fails where the system gives no process.
  // REQUIRES: this process has one thread.
  static Result<InterfaceBinder> start(const std::string& interface);

  // Hands the socket over, which stays open here, and waits until the helper
  // has given up what it does not need. `hardware` is the interface's kind: one
  // of another kind is not bound to. To be called once.
  Result<void> take(int packet_socket, int hardware);

  // Whether the interface is there and the socket is bound to it. False, too,
  // where the helper has ended. REQUIRES: `take` was called.
  bool bind_again();

 private:
  explicit InterfaceBinder(FileHandle channel) : channel_(std::move(channel)) {}

  FileHandle channel_;
};

}  // namespace flowtell
