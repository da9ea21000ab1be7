// SPDX-License-Identifier: Apache-2.0
//
// Drops privileges as `watch` (read), `capture` (make) or their helper (bind)
// does, or keeps them (keep), and then attempts a call:
//
//   privileges_probe read|make|bind|keep FOLDER CALL
//
// Calls on a packet socket use one that was opened before, on the interface
// lan0; the other interface is phone0.
//
// The exit code is 0 if the call succeeded, 3 if it was refused (the reason is
// printed), 2 for an unknown call. A forbidden call ends the process by SIGSYS.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "base/background_sync.h"
#include "base/file.h"
#include "base/output_place.h"
#include "confine/least_privilege.h"

namespace flowtell {
namespace {

constexpr int kBadUsage = 2;
constexpr int kRefused = 3;

// Returns -1, with errno set, if refused.
using Attempt = std::function<long(const std::string& folder)>;

long open_close(const std::string& path, int flags) {
  const FileHandle file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  return file.get();
}

long execute(const std::string&) {
  char name[] = "/bin/true";
  std::array<char*, 2> words = {name, nullptr};
  return ::execve(name, words.data(), nullptr);
}

long start_thread(const std::string&) {
  long number = -1;
  std::thread([&] { number = ::syscall(SYS_gettid); }).join();
  return number;
}

long sync_in_the_background(const std::string& folder) {
  const FileHandle file(
      ::open((folder + "/there").c_str(), O_RDONLY | O_CLOEXEC));
  BackgroundSync sync(file.get(), Duration{});
  return sync.note_written() && sync.finish() ? 0 : -1;
}

long map_code(const std::string&) {
  void* at = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return at == MAP_FAILED ? -1 : 0;
}

long type_into_terminal(const std::string&) {
  char key = 'x';
  return ::ioctl(STDIN_FILENO, TIOCSTI, &key);
}

sockaddr_ll address_of(const char* interface) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(::if_nametoindex(interface));
  return address;
}

// What is open before privileges are dropped.
struct Opened {
  Opened() {
    const sockaddr_ll bound = address_of("lan0");
    static_cast<void>(::bind(
        socket.get(), reinterpret_cast<const sockaddr*>(&bound), sizeof bound));
  }

  FileHandle socket{
      ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL))};
  sockaddr_ll elsewhere = address_of("phone0");
  std::array<char, 60> frame{};
};

Opened& opened() {
  static Opened opened;
  return opened;
}

const sockaddr* elsewhere() {
  return reinterpret_cast<const sockaddr*>(&opened().elsewhere);
}

long bind_elsewhere(const std::string&) {
  return ::bind(opened().socket.get(), elsewhere(), sizeof(sockaddr_ll));
}

long listen_elsewhere(const std::string&) {
  packet_mreq all{};
  all.mr_ifindex = opened().elsewhere.sll_ifindex;
  all.mr_type = PACKET_MR_PROMISC;
  return ::setsockopt(opened().socket.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP,
                      &all, sizeof all);
}

long send_elsewhere(const std::string&) {
  return ::sendto(opened().socket.get(), opened().frame.data(),
                  opened().frame.size(), 0, elsewhere(), sizeof(sockaddr_ll));
}

long send_where_bound(const std::string&) {
  return ::send(opened().socket.get(), opened().frame.data(),
                opened().frame.size(), 0);
}

// The destination may be an address or a descriptor.
long send_message(const std::string&) {
  iovec part{opened().frame.data(), opened().frame.size()};
  msghdr header{};
  header.msg_name = &opened().elsewhere;
  header.msg_namelen = sizeof(sockaddr_ll);
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  return ::sendmsg(opened().socket.get(), &header, 0);
}

long receive_message(const std::string&) {
  msghdr header{};
  return ::recvmsg(opened().socket.get(), &header, MSG_DONTWAIT);
}

const std::map<std::string, Attempt>& attempts() {
  using Text = const std::string&;
  static const std::map<std::string, Attempt> kAttempts = {
      {"none", [](Text) { return 0L; }},
      {"read", [](Text at) { return open_close(at + "/there", O_RDONLY); }},
      {"read_elsewhere",
       [](Text) { return open_close("/etc/passwd", O_RDONLY); }},
      {"make",
       [](Text at) { return open_close(at + "/new", O_WRONLY | O_CREAT); }},
      {"write", [](Text at) { return open_close(at + "/there", O_WRONLY); }},
      {"make_elsewhere",
       [](Text at) { return open_close(at + "/../new", O_WRONLY | O_CREAT); }},
      {"thread", start_thread},
      {"sync", sync_in_the_background},
      {"follow",
       [](Text at) {
         const auto path = output_place(at + "/link");
         return path && *path == at + "/there" ? 0L : -1L;
       }},
      {"truncate",
       [](Text at) { return long{::truncate((at + "/there").c_str(), 0)}; }},
      {"truncate_elsewhere",
       [](Text at) {
         return open_close(at + "/../beside", O_RDONLY | O_TRUNC);
       }},
      {"execve", execute},
      {"fork", [](Text) { return long{::fork()}; }},
      {"packet_socket",
       [](Text) { return long{::socket(AF_PACKET, SOCK_RAW, 0)}; }},
      {"inet_socket",
       [](Text) { return long{::socket(AF_INET, SOCK_STREAM, 0)}; }},
      {"netlink_socket",
       [](Text) { return long{::socket(AF_NETLINK, SOCK_RAW, 0)}; }},
      {"bind_elsewhere", bind_elsewhere},
      {"listen_elsewhere", listen_elsewhere},
      {"send_elsewhere", send_elsewhere},
      {"send_where_bound", send_where_bound},
      {"send_message", send_message},
      {"receive_message", receive_message},
      {"accept", [](Text) { return long{::accept4(-1, nullptr, nullptr, 0)}; }},
      {"ptrace",
       [](Text) { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }},
      {"setuid", [](Text) { return long{::setuid(0)}; }},
      {"setgid", [](Text) { return long{::setgid(0)}; }},
      {"mount",
       [](Text at) {
         return long{::mount("none", at.c_str(), "tmpfs", 0, "")};
       }},
      {"bpf", [](Text) { return ::syscall(SYS_bpf, BPF_MAP_CREATE, 0, 0); }},
      {"init_module", [](Text) { return ::syscall(SYS_init_module, 0, 0, 0); }},
      {"unshare", [](Text) { return ::syscall(SYS_unshare, 0x10000000); }},
      {"kill", [](Text) { return ::syscall(SYS_kill, ::getppid(), 0); }},
      {"tgkill",
       [](Text) { return ::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0); }},
      {"signal_by_file",
       [](Text) { return long{::fcntl(0, F_SETOWN, ::getppid())}; }},
      {"prctl",
       [](Text) { return long{::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)}; }},
      {"mkdir",
       [](Text at) { return long{::mkdir((at + "/d").c_str(), 0700)}; }},
      {"chmod",
       [](Text at) { return long{::chmod((at + "/there").c_str(), 0777)}; }},
      {"map_code", map_code},
      {"tiocsti", type_into_terminal},
  };
  return kAttempts;
}

int complain(const std::string& text) {
  static_cast<void>(std::fprintf(stderr, "%s\n", text.c_str()));
  return kRefused;
}

int run(const std::string& mode, const std::string& folder,
        const std::string& call) {
  const auto attempt = attempts().find(call);
  if (attempt == attempts().end()) return kBadUsage;
  PrivilegeLimits remaining;
  remaining.account = target_account();
  if (mode == "read") remaining.paths.readable = {folder + "/there"};
  if (mode == "make") remaining.paths.writable = folder;
  if (mode == "bind") remaining.work = Work::kBindSocket;
  opened();
  if (mode != "keep") {
    auto done = drop_privileges(remaining);
    if (!done) return complain("not dropped: " + done.error().message);
  }
  const long result = attempt->second(folder);
  return result < 0 ? complain(std::strerror(errno)) : 0;
}

}  // namespace
}  // namespace flowtell

int main(int count, char** words) {
  if (count != 4) return flowtell::kBadUsage;
  // The remaining rights may not allow a clean exit.
  std::_Exit(flowtell::run(words[1], words[2], words[3]));
}
