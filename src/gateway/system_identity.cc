// SPDX-License-Identifier: Apache-2.0
#include "gateway/system_identity.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstdint>

#include "base/file.h"

namespace flowtell {
namespace {

#ifdef SO_NETNS_COOKIE
constexpr int kNamespaceCookie = SO_NETNS_COOKIE;
#else
constexpr int kNamespaceCookie = 71;
#endif

// Unique until a reboot, unlike an inode, which may be reused; 0 on kernels
// before 5.14.
std::uint64_t namespace_cookie() {
  const FileHandle any(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  std::uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  if (::getsockopt(any.get(), SOL_SOCKET, kNamespaceCookie, &cookie, &size) !=
      0) {
    return 0;
  }
  return cookie;
}

}  // namespace

SystemIdentity identity_of_system() {
  SystemIdentity identity;
  if (const auto boot = read_file("/proc/sys/kernel/random/boot_id")) {
    identity.boot = boot->substr(0, boot->find('\n'));
  }
  struct stat network {};
  if (::stat("/proc/self/ns/net", &network) == 0) {
    identity.network = fmt::format("{}:{}:{}", network.st_dev, network.st_ino,
                                   namespace_cookie());
  }
  return identity;
}

}  // namespace flowtell
