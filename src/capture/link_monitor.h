// SPDX-License-Identifier: Apache-2.0
//
// Tells when an interface may have come, gone, risen or fallen: the kernel's
// own announcements (rtnetlink(7), RTMGRP_LINK), so that nobody need ask again
// and again.
#pragma once

#include "base/file.h"
#include "base/result.h"

namespace flowtell {

class LinkMonitor {
 public:
  // Announcements from now on. Fails with the system's reason.
  static Result<LinkMonitor> subscribe();

  // Readable when there is news.
  int descriptor() const { return socket_.get(); }

  // Whether there was any since the last call. Which does not matter: whoever
  // waits for an interface looks for himself.
  bool take();

 private:
  explicit LinkMonitor(FileHandle socket) : socket_(std::move(socket)) {}
  FileHandle socket_;
};

}  // namespace flowtell
