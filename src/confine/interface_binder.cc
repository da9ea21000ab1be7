// SPDX-License-Identifier: Apache-2.0
#include "confine/interface_binder.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "capture/interface_binding.h"
#include "confine/helper_process.h"
#include "confine/least_privilege.h"

namespace flowtell {
namespace {

constexpr char kYes = 'y';
constexpr char kNo = 'n';

struct Assignment {
  FileHandle socket;
  int hardware = 0;
};

// A message with a number and a descriptor (SCM_RIGHTS of unix(7)).
struct Envelope {
  explicit Envelope(int& number) : part{&number, sizeof number} {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
  }
  Envelope(const Envelope&) = delete;
  Envelope& operator=(const Envelope&) = delete;

  iovec part;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};
};

bool send_socket(int channel, int socket, int hardware) {
  Envelope envelope(hardware);
  cmsghdr* part = CMSG_FIRSTHDR(&envelope.header);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof socket);
  std::memcpy(CMSG_DATA(part), &socket, sizeof socket);
  return ::sendmsg(channel, &envelope.header, MSG_NOSIGNAL) ==
         ssize_t{sizeof hardware};
}

std::optional<Assignment> receive_socket(int channel) {
  Assignment assignment;
  Envelope envelope(assignment.hardware);
  const ssize_t got = ::recvmsg(channel, &envelope.header, MSG_CMSG_CLOEXEC);
  const cmsghdr* part = CMSG_FIRSTHDR(&envelope.header);
  if (got != ssize_t{sizeof assignment.hardware} || part == nullptr ||
      part->cmsg_type != SCM_RIGHTS) {
    return std::nullopt;
  }
  int socket = -1;
  std::memcpy(&socket, CMSG_DATA(part), sizeof socket);
  assignment.socket = FileHandle(socket);
  return assignment;
}

// The next byte; empty once the other end is closed.
std::optional<char> next_byte(int channel) {
  char byte = 0;
  for (;;) {
    const ssize_t got = ::recv(channel, &byte, sizeof byte, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got != ssize_t{sizeof byte}) return std::nullopt;
    return byte;
  }
}

bool send_byte(int channel, char byte) {
  return ::send(channel, &byte, sizeof byte, MSG_NOSIGNAL) ==
         ssize_t{sizeof byte};
}

// Leaves signals, also those of the terminal, to the parent, and closes the
// standard streams so that readers of the parent's output do not wait for the
// helper.
void detach_from_terminal() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  ::prctl(PR_SET_NAME, "flowtell-binder", 0, 0, 0);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ::close(standard);
  }
}

[[noreturn]] void serve_requests(int channel, const std::string& interface) {
  detach_from_terminal();
  const auto assignment = receive_socket(channel);
  if (!assignment) ::_exit(0);  // no socket was opened
  PrivilegeLimits remaining;
  remaining.account = target_account();
  remaining.work = Work::kBindSocket;
  if (!drop_privileges(remaining)) ::_exit(1);
  send_byte(channel, kYes);
  while (next_byte(channel)) {
    const bool is_bound = bind_to_interface(assignment->socket.get(), interface,
                                            assignment->hardware);
    if (!send_byte(channel, is_bound ? kYes : kNo)) break;
  }
  ::_exit(0);
}

}  // namespace

Result<InterfaceBinder> InterfaceBinder::start(const std::string& interface) {
  auto channel = start_helper(SOCK_SEQPACKET,
                              [&](int end) { serve_requests(end, interface); });
  if (!channel) return fail(std::move(channel).error());
  return InterfaceBinder(std::move(*channel));
}

Result<void> InterfaceBinder::take(int packet_socket, int hardware) {
  if (send_socket(channel_.get(), packet_socket, hardware) &&
      next_byte(channel_.get()) == kYes) {
    return {};
  }
  return fail(ErrorKind::kSystem,
              "the helper that binds the socket when the interface returns has "
              "failed; start again, or keep the privileges");
}

bool InterfaceBinder::rebind() {
  return send_byte(channel_.get(), kYes) && next_byte(channel_.get()) == kYes;
}

}  // namespace flowtell
