// SPDX-License-Identifier: Apache-2.0
//
// The system call filter (seccomp(2)) of a process that captures frames and
// writes verdicts. Any other call kills the process with SIGSYS: calls that
// start programs, open sockets, bind them to another interface or send from
// one, trace processes, map code, load modules or mount. setsockopt only fails:
// libpcap calls it when it closes a socket, and ignores the error.
//
// The calls differ by architecture. libseccomp resolves their names, and names
// that an architecture lacks are skipped.
#pragma once

#include "base/result.h"

namespace flowtell {

enum class FileCalls {
  kRead,     // open files for reading
  kCreate,   // also create, write and remove files
  kReplace,  // also rename files, list folders, and end with the parent
};

enum class Connections {
  kNone,
  kAccept,  // from listening sockets that are already open
};

// A filter cannot be removed; a second one can only allow less.
// REQUIRES: no_new_privs, and no other thread runs.
Result<void> allow_only_needed_calls(FileCalls files, Connections connections);

// The filter of a process that only binds an open packet socket on request
// (interface_binder.h).
Result<void> allow_only_binding_calls();

}  // namespace flowtell
