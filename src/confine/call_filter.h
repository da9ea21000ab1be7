// SPDX-License-Identifier: Apache-2.0
//
// The system calls that listening, judging and writing lines still take
// (seccomp(2)); any other ends the process at once, by SIGSYS. Among these are
// the calls that start programs, open sockets, bind them to another interface
// or send from one, trace processes, map code, load modules and mount.
// setsockopt fails: libpcap calls it when it closes a socket, and goes on.
//
// Calls differ with the machine: libseccomp knows their names everywhere, and
// names that a machine lacks are passed over.
#pragma once

#include "base/result.h"

namespace flowtell {

enum class FileCalls {
  kRead,  // files may be opened for reading
  kMake,  // and made, written and removed
};

enum class Connections {
  kNone,
  kAccept,  // from sockets that listen already
};

// There is no way back; a second filter may only allow less.
// REQUIRES: no_new_privs, and no other thread runs.
Result<void> allow_only_needed_calls(FileCalls files, Connections connections);

// The same for a process that only binds an open packet socket to an interface
// when another process asks it to (interface_binder.h).
Result<void> allow_only_binding_calls();

}  // namespace flowtell
