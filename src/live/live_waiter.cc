// SPDX-License-Identifier: Apache-2.0
#include "live/live_waiter.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace flowtell {

Result<LiveWaiter> LiveWaiter::make(Hangup hangup) {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    ::sigaddset(&wanted, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  FileHandle signals(::signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC));
  if (signals.get() < 0) {
    return fail(ErrorKind::kInput, "cannot listen for signals: {}",
                system_reason());
  }
  return LiveWaiter(std::move(signals), hangup);
}

LiveEvent LiveWaiter::wait(int descriptor, std::optional<Duration> at_most,
                           int writable) {
  // A negative descriptor is passed over by ppoll.
  std::array<pollfd, 3> watched = {pollfd{signals_.get(), POLLIN, 0},
                                   pollfd{descriptor, POLLIN, 0},
                                   pollfd{writable, POLLOUT, 0}};
  timespec limit{};
  if (at_most) {
    const Duration left = std::max(*at_most, Duration{});
    limit.tv_sec = static_cast<time_t>(left.count() / kNanosecondsPerSecond);
    limit.tv_nsec = static_cast<long>(left.count() % kNanosecondsPerSecond);
  }
  ::ppoll(watched.data(), watched.size(), at_most ? &limit : nullptr, nullptr);
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
