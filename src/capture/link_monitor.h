// SPDX-License-Identifier: Apache-2.0
//
// Reports when an interface may have been added, removed, or gone up or down,
// from the kernel's announcements (rtnetlink(7), RTMGRP_LINK), which avoids
// polling.
#pragma once

#include "base/file.h"
#include "base/result.h"

namespace flowtell {

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
