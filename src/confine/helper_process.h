// SPDX-License-Identifier: Apache-2.0
//
// A process beside this one that serves its requests, with privileges and a
// sandbox of its own.
#pragma once

#include <functional>

#include "base/file.h"
#include "base/result.h"

namespace flowtell {

// Starts a process that calls `serve` with its end of a pair of connected unix
// sockets of this type (SOCK_STREAM, SOCK_SEQPACKET), and then ends. Returns
// the other end, whose closing the helper can see. Fails if the system has no
// sockets or processes left. REQUIRES: this process has one thread.
Result<FileHandle> start_helper(int type,
                                const std::function<void(int channel)>& serve);

}  // namespace flowtell
