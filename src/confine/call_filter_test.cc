// SPDX-License-Identifier: Apache-2.0
//
// A filter cannot be removed, so each call runs in its own process. The kernel
// kills that process with SIGSYS if the call is not allowed.
#include "confine/call_filter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <thread>

#include "base/sanitized.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

constexpr int kNotFiltered = 200;
constexpr int kKilled = -SIGSYS;
constexpr int kNoFile = -1;  // an allowed call then fails with EBADF

using Filtering = std::function<Result<void>()>;

Filtering needed(FileCalls files, Connections connections) {
  return [=] { return allow_only_needed_calls(files, connections); };
}

const Filtering kReader = needed(FileCalls::kRead, Connections::kNone);
const Filtering kWriter = needed(FileCalls::kCreate, Connections::kNone);
const Filtering kServer = needed(FileCalls::kRead, Connections::kAccept);
const Filtering kBinder = allow_only_binding_calls;

class CallFilter : public testing::Test {
 protected:
  void SetUp() override {
    if (kIsSanitized) GTEST_SKIP() << "sanitizers make other system calls";
  }

  // The errno of the call, 0 for success; or the signal that killed the
  // process, negative.
  static int attempt(const Filtering& filter,
                     const std::function<long()>& call) {
    const pid_t child = ::fork();
    if (child == 0) {
      constexpr rlimit kNoCore{};
      ::setrlimit(RLIMIT_CORE, &kNoCore);
      ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      if (!filter()) ::_exit(kNotFiltered);
      ::_exit(call() < 0 ? errno : 0);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  static int open(const Filtering& filter, const std::string& path, int flags) {
    return attempt(filter, [&] {
      return ::syscall(SYS_openat, AT_FDCWD, path.c_str(), flags, 0600);
    });
  }
  static int map(const Filtering& filter, int protection) {
    return attempt(filter, [=] {
      void* const at = ::mmap(nullptr, 4096, protection,
                              MAP_PRIVATE | MAP_ANONYMOUS, kNoFile, 0);
      return at == MAP_FAILED ? -1 : 0;
    });
  }
  static int ioctl(const Filtering& filter, unsigned long request) {
    return attempt(filter, [=] { return ::ioctl(kNoFile, request, nullptr); });
  }

  TemporaryFolder folder_;
  std::string file_ = folder_.put("there", "text");
};

TEST_F(CallFilter, AllowsOnlyReadingFiles) {
  EXPECT_EQ(open(kReader, file_, O_RDONLY), 0);
  EXPECT_EQ(open(kReader, file_, O_RDONLY | O_CLOEXEC), 0);
  EXPECT_EQ(open(kReader, folder_.path(), O_RDONLY | O_DIRECTORY), 0);
  for (const int flags : {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC,
                          O_TMPFILE & ~O_DIRECTORY, O_TMPFILE | O_RDWR}) {
    EXPECT_EQ(open(kReader, file_, flags), kKilled) << flags;
  }
  EXPECT_EQ(attempt(kReader, [&] { return ::unlink(file_.c_str()); }), kKilled);
  EXPECT_EQ(attempt(kReader, [&] { return ::access(file_.c_str(), R_OK); }),
            kKilled);
}

TEST_F(CallFilter, AllowsCreatingFilesOnRequest) {
  EXPECT_EQ(open(kWriter, folder_ / "new", O_WRONLY | O_CREAT | O_EXCL), 0);
  EXPECT_EQ(open(kWriter, file_, O_RDWR), 0);
  EXPECT_EQ(attempt(kWriter, [&] { return ::access(file_.c_str(), R_OK); }), 0);
  EXPECT_EQ(attempt(kWriter, [&] { return ::unlink(file_.c_str()); }), 0);
  EXPECT_EQ(attempt(kWriter, [&] { return ::mkdir("new", 0700); }), kKilled);
  EXPECT_EQ(attempt(kWriter, [&] { return ::chmod("/", 0700); }), kKilled);
}

TEST_F(CallFilter, AllowsReplacingFilesOnRequest) {
  const Filtering replacer = needed(FileCalls::kReplace, Connections::kNone);
  const std::string fresh = folder_.put("fresh", "text");
  const auto rename = [&] {
    return ::syscall(SYS_renameat2, AT_FDCWD, fresh.c_str(), AT_FDCWD,
                     file_.c_str(), 0);
  };
  EXPECT_EQ(attempt(kWriter, rename), kKilled);
  EXPECT_EQ(attempt(replacer, rename), 0);
  EXPECT_EQ(open(replacer, folder_ / "new", O_WRONLY | O_CREAT | O_EXCL), 0);
  EXPECT_EQ(
      attempt(replacer, [] { return ::prctl(PR_SET_PDEATHSIG, SIGKILL); }), 0);
  EXPECT_EQ(attempt(replacer, [] { return ::prctl(PR_SET_DUMPABLE, 1); }),
            kKilled);
  EXPECT_EQ(attempt(replacer, [] { return ::mkdir("new", 0700); }), kKilled);
  EXPECT_EQ(attempt(replacer, [] { return ::chmod("/", 0700); }), kKilled);
  EXPECT_EQ(attempt(replacer, [] { return ::socket(AF_INET, SOCK_STREAM, 0); }),
            kKilled);
  EXPECT_EQ(attempt(replacer, [] { return ::fork(); }), kKilled);
}

TEST_F(CallFilter, AllowsAcceptOnlyForServers) {
  const auto accept = [] {
    return ::syscall(SYS_accept4, kNoFile, nullptr, nullptr, 0);
  };
  EXPECT_EQ(attempt(kReader, accept), kKilled);
  EXPECT_EQ(attempt(kWriter, accept), kKilled);
  EXPECT_EQ(attempt(kServer, accept), EBADF);
}

TEST_F(CallFilter, ForbidsOpeningAndBindingSockets) {
  for (const Filtering& filter : {kReader, kWriter, kServer}) {
    EXPECT_EQ(attempt(filter, [] { return ::socket(AF_INET, SOCK_DGRAM, 0); }),
              kKilled);
    EXPECT_EQ(attempt(filter, [] { return ::bind(kNoFile, nullptr, 0); }),
              kKilled);
    EXPECT_EQ(attempt(filter, [] { return ::connect(kNoFile, nullptr, 0); }),
              kKilled);
    EXPECT_EQ(attempt(filter,
                      [] {
                        return ::setsockopt(kNoFile, SOL_SOCKET, SO_MARK,
                                            nullptr, 0);
                      }),
              EPERM)
        << "libpcap ignores the error";
  }
}

TEST_F(CallFilter, ForbidsSendingToAnAddress) {
  const auto send_to = [](const void* address) {
    return
        [=] { return ::syscall(SYS_sendto, kNoFile, "x", 1, 0, address, 16); };
  };
  constexpr char kAddress[16] = {};
  for (const Filtering& filter : {kReader, kBinder}) {
    EXPECT_EQ(attempt(filter, send_to(nullptr)), EBADF);
    EXPECT_EQ(attempt(filter, send_to(kAddress)), kKilled);
  }
}

TEST_F(CallFilter, ForbidsExecutableMappings) {
  EXPECT_EQ(map(kReader, PROT_READ | PROT_WRITE), 0);
  EXPECT_EQ(map(kReader, PROT_READ | PROT_EXEC), kKilled);
  const auto protect = [](int protection) {
    return [=] { return ::mprotect(nullptr, 0, protection); };
  };
  EXPECT_EQ(attempt(kReader, protect(PROT_READ)), 0);
  EXPECT_EQ(attempt(kReader, protect(PROT_READ | PROT_EXEC)), kKilled);
}

TEST_F(CallFilter, AllowsThreadsButNoProcesses) {
  EXPECT_EQ(attempt(kReader,
                    [] {
                      bool has_run = false;
                      std::thread([&] { has_run = true; }).join();
                      return has_run ? 0 : -1;
                    }),
            0);
  EXPECT_EQ(attempt(kReader,
                    [] { return ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }),
            kKilled);
  EXPECT_EQ(attempt(kReader, [] { return ::syscall(SYS_clone3, nullptr, 0); }),
            ENOSYS)
      << "as on a kernel without it";
  EXPECT_EQ(
      attempt(
          kReader,
          [] { return ::syscall(SYS_execve, "/bin/true", nullptr, nullptr); }),
      kKilled);
}

TEST_F(CallFilter, AllowsSignalsOnlyToTheProcessItself) {
  const pid_t other = ::getpid();
  EXPECT_EQ(
      attempt(kReader,
              [] { return ::syscall(SYS_tgkill, ::getpid(), ::gettid(), 0); }),
      0);
  EXPECT_EQ(
      attempt(kReader, [=] { return ::syscall(SYS_tgkill, other, other, 0); }),
      kKilled);
  EXPECT_EQ(attempt(kReader, [=] { return ::kill(other, 0); }), kKilled);
}

TEST_F(CallFilter, AllowsTerminalSettingsButNoInput) {
  for (const unsigned long request :
       {static_cast<unsigned long>(TCGETS), static_cast<unsigned long>(TCSETS),
        static_cast<unsigned long>(TCFLSH),
        static_cast<unsigned long>(TIOCGPGRP),
        static_cast<unsigned long>(TIOCGWINSZ)}) {
    EXPECT_EQ(ioctl(kReader, request), EBADF) << request;
    EXPECT_EQ(ioctl(kBinder, request), kKilled) << request;
  }
  EXPECT_EQ(ioctl(kReader, TIOCSTI), kKilled);
}

TEST_F(CallFilter, AllowsReadingInterfacesButNoChanges) {
  for (const Filtering& filter : {kReader, kBinder}) {
    for (const unsigned long request :
         {static_cast<unsigned long>(SIOCGIFINDEX),
          static_cast<unsigned long>(SIOCGIFFLAGS),
          static_cast<unsigned long>(SIOCGIFHWADDR)}) {
      EXPECT_EQ(ioctl(filter, request), EBADF) << request;
    }
    EXPECT_EQ(ioctl(filter, SIOCSIFFLAGS), kKilled);
  }
}

TEST_F(CallFilter, ForbidsFileSignals) {
  const auto fcntl = [](int command) {
    return [=] { return ::fcntl(kNoFile, command, 0); };
  };
  for (const int command :
       {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL}) {
    EXPECT_EQ(attempt(kReader, fcntl(command)), EBADF) << command;
  }
  EXPECT_EQ(attempt(kReader, fcntl(F_SETOWN)), kKilled);
  EXPECT_EQ(attempt(kReader, fcntl(F_SETLK)), kKilled);
}

TEST_F(CallFilter, AllowsTheBinderToBindAndReply) {
  const std::function<long()> allowed[] = {
      [] { return ::bind(kNoFile, nullptr, 0); },
      [] { return ::setsockopt(kNoFile, SOL_SOCKET, SO_MARK, nullptr, 0); },
      [] { return ::getsockname(kNoFile, nullptr, nullptr); },
      [] { return ::send(kNoFile, "x", 1, 0); },
      [] { return ::recv(kNoFile, nullptr, 0, 0); },
      [] { return ::close(kNoFile); },
  };
  for (const auto& call : allowed) EXPECT_EQ(attempt(kBinder, call), EBADF);
  EXPECT_EQ(open(kBinder, file_, O_RDONLY), kKilled);
  EXPECT_EQ(map(kBinder, PROT_READ | PROT_WRITE), kKilled);
  EXPECT_EQ(attempt(kBinder, [] { return ::write(kNoFile, "x", 1); }), kKilled);
  EXPECT_EQ(attempt(kBinder, [] { return ::socket(AF_PACKET, SOCK_RAW, 0); }),
            kKilled);
}

}  // namespace
}  // namespace flowtell
