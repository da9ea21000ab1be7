// SPDX-License-Identifier: Apache-2.0
#include "live/live_waiter.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace flowtell {

bool is_readable_now(int descriptor) {
  pollfd watched{descriptor, POLLIN, 0};
  const timespec now{};
  return ::ppoll(&watched, 1, &now, nullptr) > 0;
}

Result<LiveWaiter> LiveWaiter::make(Hangup hangup) {
  sigset_t handled;
  ::sigemptyset(&handled);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    ::sigaddset(&handled, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &handled, nullptr);
  FileHandle signals(::signalfd(-1, &handled, SFD_NONBLOCK | SFD_CLOEXEC));
  if (signals.get() < 0) {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kSystem),
                "cannot receive signals: {}", system_reason(error));
  }
  return LiveWaiter(std::move(signals), hangup);
}

LiveEvent LiveWaiter::wait(int descriptor, std::optional<Duration> max_wait,
                           int writable, int progress) {
  // ppoll ignores a negative descriptor.
  std::array<pollfd, 4> watched = {
      pollfd{signals_.get(), POLLIN, 0}, pollfd{descriptor, POLLIN, 0},
      pollfd{writable, POLLOUT, 0}, pollfd{progress, POLLIN, 0}};
  timespec limit{};
  if (max_wait) {
    const Duration left = std::max(*max_wait, Duration{});
    limit.tv_sec = static_cast<time_t>(left.count() / kNanosecondsPerSecond);
    limit.tv_nsec = static_cast<long>(left.count() % kNanosecondsPerSecond);
  }
  ::ppoll(watched.data(), watched.size(), max_wait ? &limit : nullptr, nullptr);
  return (watched[0].revents & POLLIN) != 0 ? take_signal() : LiveEvent::kNone;
}

LiveEvent LiveWaiter::take_signal() {
  signalfd_siginfo signal{};
  if (::read(signals_.get(), &signal, sizeof signal) != sizeof signal) {
    return LiveEvent::kNone;
  }
  const bool reloads =
      signal.ssi_signo == SIGHUP && hangup_ == Hangup::kReloads;
  return reloads ? LiveEvent::kReload : LiveEvent::kStop;
}

}  // namespace flowtell
