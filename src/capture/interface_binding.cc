// SPDX-License-Identifier: Apache-2.0
#include "capture/interface_binding.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace flowtell {
namespace {

bool bind_to(int socket, int index) {
  sockaddr_ll address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) !=
          0 ||
      address.sll_family != AF_PACKET) {
    return false;
  }
  address.sll_ifindex = index;
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address),
             sizeof address) != 0) {
    return false;
  }
  packet_mreq all{};
  all.mr_ifindex = index;
  all.mr_type = PACKET_MR_PROMISC;
  // Optional, as when opening: frames to this host arrive without it, too.
  static_cast<void>(::setsockopt(socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP,
                                 &all, sizeof all));
  return true;
}

}  // namespace

std::optional<InterfaceState> interface_state(int socket,
                                              const std::string& name) {
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  InterfaceState state;
  if (::ioctl(socket, SIOCGIFINDEX, &request) != 0) return std::nullopt;
  state.index = request.ifr_ifindex;
  if (::ioctl(socket, SIOCGIFHWADDR, &request) != 0) return std::nullopt;
  state.hardware = request.ifr_hwaddr.sa_family;
  if (::ioctl(socket, SIOCGIFFLAGS, &request) != 0 ||
      (request.ifr_flags & IFF_UP) == 0) {
    return std::nullopt;
  }
  return state;
}

bool bind_to_interface(int socket, const std::string& name, int hardware) {
  const auto state = interface_state(socket, name);
  return state && state->hardware == hardware && bind_to(socket, state->index);
}

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
