// SPDX-License-Identifier: Apache-2.0
#include "confine/call_filter.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <span>
#include <type_traits>

namespace flowtell {
namespace {

constexpr auto kNeeded = std::to_array<const char*>({
    // Open files, sockets, pipes and the terminal.
    "read",
    "readv",
    "pread64",
    "write",
    "writev",
    "pwrite64",
    "close",
    "lseek",
    "_llseek",
    "fstat",
    "fstat64",
    "newfstatat",
    "fstatat64",
    "stat",
    "stat64",
    "statx",
    "fsync",
    "fdatasync",
    "ftruncate",
    "ftruncate64",
    // Receiving and replying on sockets; sendto is below. libpcap checks
    // whether a socket is still bound.
    "recvfrom",
    "recv",
    "send",
    "getsockname",
    "getsockopt",
    // Waiting and clocks.
    "eventfd2",
    "poll",
    "ppoll",
    "ppoll_time64",
    "select",
    "_newselect",
    "pselect6",
    "pselect6_time64",
    "clock_gettime",
    "clock_gettime64",
    "clock_getres",
    "clock_getres_time64",
    "gettimeofday",
    "time",
    "clock_nanosleep",
    "clock_nanosleep_time64",
    "nanosleep",
    "restart_syscall",
    // Memory.
    "brk",
    "munmap",
    "mremap",
    "madvise",
    // Threads.
    "futex",
    "futex_time64",
    "set_robust_list",
    "get_robust_list",
    "rseq",
    "set_tid_address",
    "set_thread_area",
    "gettid",
    "getpid",
    "sched_yield",
    "sched_getaffinity",
    "exit",
    "exit_group",
    // Signals.
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigreturn",
    "rt_sigtimedwait",
    "rt_sigtimedwait_time64",
    "sigaltstack",
    // Randomness, identity and system name.
    "getrandom",
    "getuid",
    "getuid32",
    "geteuid",
    "geteuid32",
    "uname",
});

// Without memory calls: the process uses no more than its stack.
constexpr auto kNeededToBind = std::to_array<const char*>({
    "recvfrom",
    "recv",
    "send",
    "getsockname",
    "setsockopt",
    "bind",
    "close",
    "exit_group",
    "rt_sigreturn",
    "restart_syscall",
});

constexpr auto kNeededToMakeFiles = std::to_array<const char*>({
    "openat",
    "unlink",
    "unlinkat",
    "readlinkat",  // before following a link
    "access",
    "faccessat",
    "faccessat2",
});

// For an OutputFile (base/file.h).
constexpr auto kNeededToReplaceFiles = std::to_array<const char*>({
    "rename",
    "renameat",
    "renameat2",
    "getdents",
    "getdents64",
    "flock",
    "fchmod",
    "readlink",
    "getcwd",
});

// Terminal requests. TIOCSTI is excluded: it types commands into the shell.
constexpr auto kTerminalIoctls = std::to_array<unsigned long>({
    TCGETS,
    TCSETS,
    TCFLSH,
    TIOCGWINSZ,
    TIOCGPGRP,
});

constexpr auto kInterfaceIoctls = std::to_array<unsigned long>({
    SIOCGIFINDEX,
    SIOCGIFFLAGS,
    SIOCGIFHWADDR,
});

// Excluded are the commands that make a file send signals to any process.
constexpr auto kFcntls = std::to_array<int>({
    F_DUPFD,
    F_DUPFD_CLOEXEC,
    F_GETFD,
    F_SETFD,
    F_GETFL,
    F_SETFL,
});

constexpr scmp_datum_t kAllBits = 0xffffffff;
constexpr scmp_datum_t kWholePointer = ~scmp_datum_t{0};
constexpr scmp_datum_t kNotReadOnly =
    O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS)) {}

  void allow(const char* name) { add(SCMP_ACT_ALLOW, name, {}); }

  // Allows the call if these bits of the argument have this value.
  void allow(const char* name, unsigned argument, scmp_datum_t bits,
             scmp_datum_t value) {
    add(SCMP_ACT_ALLOW, name,
        {scmp_arg_cmp{argument, SCMP_CMP_MASKED_EQ, bits, value}});
  }

  // Whether this architecture has a call of this name.
  static bool knows(const char* name) {
    return seccomp_syscall_resolve_name(name) >= 0;
  }

  // The call fails with this errno.
  void refuse(const char* name, std::uint32_t error) {
    add(SCMP_ACT_ERRNO(error), name, {});
  }

  void allow_ioctls(std::span<const unsigned long> requests) {
    for (const unsigned long request : requests) {
      allow("ioctl", 1, kAllBits, request);
    }
  }

  // Only to the peer of the socket: with an address, a packet socket can send
  // on any interface. On 32-bit x86, socketcall passes its arguments behind a
  // pointer and the address cannot be checked.
  void allow_sending_without_address() { allow("sendto", 4, kWholePointer, 0); }

  Result<void> load() {
    if (status_ == 0 && context_) status_ = seccomp_load(context_.get());
    if (status_ == 0 && context_) return {};
    return fail(kind_of_errno(-status_, ErrorKind::kSystem),
                "cannot install the system call filter: {}",
                system_reason(-status_));
  }

 private:
  struct Closer {
    void operator()(void* context) const { seccomp_release(context); }
  };

  void add(std::uint32_t action, const char* name,
           std::initializer_list<scmp_arg_cmp> conditions) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR || !context_ || status_ != 0) return;
    status_ = seccomp_rule_add_array(context_.get(), action, number,
                                     static_cast<unsigned>(conditions.size()),
                                     conditions.begin());
  }

  std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, Closer> context_;
  int status_ = 0;
};

// Forbids executable mappings and new processes; threads are allowed. The flags
// of clone3 are behind a pointer and cannot be checked, so it fails and the C
// library falls back to clone.
void allow_by_arguments(Filter& filter) {
  // Where mmap2 exists, mmap is the old call with its arguments behind a
  // pointer.
  for (const char* name :
       {Filter::knows("mmap2") ? "mmap2" : "mmap", "mprotect"}) {
    filter.allow(name, 2, PROT_EXEC, 0);
  }
  filter.allow("clone", 0, CLONE_THREAD, CLONE_THREAD);
  filter.refuse("clone3", ENOSYS);  // as on a kernel without it
  filter.refuse("setsockopt", EPERM);
  filter.allow_sending_without_address();
  filter.allow_ioctls(kTerminalIoctls);
  filter.allow_ioctls(kInterfaceIoctls);
  for (const int command : kFcntls) {
    for (const char* name : {"fcntl", "fcntl64"}) {
      filter.allow(name, 1, kAllBits, static_cast<scmp_datum_t>(command));
    }
  }
  // Only to this process, for abort().
  filter.allow("tgkill", 0, kAllBits, static_cast<scmp_datum_t>(::getpid()));
}

}  // namespace

Result<void> allow_only_needed_calls(FileCalls files, Connections connections) {
  Filter filter;
  for (const char* name : kNeeded) filter.allow(name);
  allow_by_arguments(filter);
  if (files == FileCalls::kRead) {
    filter.allow("openat", 2, kNotReadOnly, O_RDONLY);
  } else {
    for (const char* name : kNeededToMakeFiles) filter.allow(name);
  }
  if (files == FileCalls::kReplace) {
    for (const char* name : kNeededToReplaceFiles) filter.allow(name);
    filter.allow("prctl", 0, kAllBits, PR_SET_PDEATHSIG);
  }
  if (connections == Connections::kAccept) filter.allow("accept4");
  return filter.load();
}

Result<void> allow_only_binding_calls() {
  Filter filter;
  for (const char* name : kNeededToBind) filter.allow(name);
  filter.allow_sending_without_address();
  filter.allow_ioctls(kInterfaceIoctls);
  return filter.load();
}

}  // namespace flowtell
