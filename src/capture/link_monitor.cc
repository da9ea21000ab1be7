// SPDX-License-Identifier: Apache-2.0
#include "capture/link_monitor.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace flowtell {

Result<LinkMonitor> LinkMonitor::subscribe() {
  FileHandle socket(::socket(
      AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  if (socket.get() < 0 ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address),
             sizeof address) != 0) {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kSystem),
                "cannot subscribe to link changes: {}", system_reason(error));
  }
  return LinkMonitor(std::move(socket));
}

bool LinkMonitor::drain() {
  bool any = false;
  std::array<char, 8192> message;
  for (;;) {
    const ssize_t got =
        ::recv(socket_.get(), message.data(), message.size(), 0);
    // ENOBUFS: announcements were lost, so there were some.
    if (got < 0 && errno != ENOBUFS) return any;
    any = true;
  }
}

}  // namespace flowtell
