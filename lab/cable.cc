// SPDX-License-Identifier: Apache-2.0
//
// A cable between two network namespaces with the manners of a real line:
// delay, jitter, loss and rate, each way its own. It makes a TAP device at
// either end and carries frames from one to the other.
//
// Why not tc netem: many kernels are built without it, and offload-joined
// frames pass through it whole. A TAP hands over single frames as they would
// stand on a wire.
//
// The line, each way: a frame waits until those before it are on the line, in a
// queue of so many bytes that drops what finds it full; takes length / rate to
// send; is lost by chance; and arrives after the delay and its share of the
// jitter, never before an earlier frame unless reordering is asked for. Chance
// comes from the seed, one generator a direction, two draws a frame.
//
// One thread, asleep until a frame comes or one is due.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/result.h"

namespace flowtell {
namespace {

using Nanoseconds = std::int64_t;
constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr std::size_t kMaxFrames = 20'000;  // under way in one direction

struct Manners {
  double delay_ms = 0;
  double jitter_ms = 0;
  double loss_percent = 0;
  double rate_mbit = 0;  // 0: without limit
  double queue_kb = 128;
  bool reorder = false;
};

struct Counts {
  std::uint64_t carried = 0;
  std::uint64_t lost = 0;     // by chance
  std::uint64_t dropped = 0;  // found the queue full
  std::uint64_t refused = 0;  // the device at the far end did not take it
};

Nanoseconds now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

// One direction. Holds each frame until it is due at the far end.
class Lane {
 public:
  Lane(const Manners& manners, Random random)
      : manners_(manners), random_(random) {}

  void enter(std::span<const char> frame, Nanoseconds time) {
    const bool lost = random_.unit() * 100 < manners_.loss_percent;
    const double jitter = random_.unit() * manners_.jitter_ms;
    Nanoseconds sent = std::max(time, free_at_);
    if (manners_.rate_mbit > 0) {
      const double byte_ns = 8'000 / manners_.rate_mbit;
      const double waiting = static_cast<double>(sent - time) / byte_ns;
      if (waiting > manners_.queue_kb * 1'000) {
        ++counts_.dropped;
        return;
      }
      sent +=
          static_cast<Nanoseconds>(byte_ns * static_cast<double>(frame.size()));
    }
    free_at_ = sent;
    if (lost) {
      ++counts_.lost;
    } else if (under_way_.size() >= kMaxFrames) {
      ++counts_.dropped;
    } else {
      Nanoseconds due =
          sent + static_cast<Nanoseconds>((manners_.delay_ms + jitter) *
                                          static_cast<double>(kMillisecond));
      if (!manners_.reorder) due = std::max(due, last_due_);
      last_due_ = due;
      under_way_.emplace(due, std::vector<char>(frame.begin(), frame.end()));
    }
  }

  void deliver(int device, Nanoseconds time) {
    while (!under_way_.empty() && under_way_.begin()->first <= time) {
      const std::vector<char>& frame = under_way_.begin()->second;
      const bool taken = write(device, frame.data(), frame.size()) >= 0;
      ++(taken ? counts_.carried : counts_.refused);
      under_way_.erase(under_way_.begin());
    }
  }

  bool empty() const { return under_way_.empty(); }
  Nanoseconds next_due() const { return under_way_.begin()->first; }
  const Counts& counts() const { return counts_; }

 private:
  Manners manners_;
  Random random_;
  Nanoseconds free_at_ = 0;
  Nanoseconds last_due_ = 0;
  std::multimap<Nanoseconds, std::vector<char>> under_way_;
  Counts counts_;
};

// Makes the TAP device of `end`, as NAMESPACE:DEVICE, and opens it.
Result<int> open_end(const std::string& end) {
  const auto colon = end.find(':');
  const std::string space = end.substr(0, colon);
  const std::string device =
      colon == std::string::npos ? "" : end.substr(colon + 1);
  if (space.empty() || device.empty() || device.size() >= IFNAMSIZ ||
      space.find('/') != std::string::npos) {
    return fail(ErrorKind::kUsage,
                "'{}' is no end of a cable; write it as NAMESPACE:DEVICE", end);
  }
  const std::string path = "/var/run/netns/" + space;
  const int name_space = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (name_space < 0 || setns(name_space, CLONE_NEWNET) != 0) {
    return fail(ErrorKind::kInput,
                "cannot enter the network namespace {}: {}; 'ip netns add' "
                "makes one, and entering it takes root",
                space, system_reason());
  }
  close(name_space);
  const int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (tap < 0) {
    return fail(ErrorKind::kInput, "cannot open /dev/net/tun: {}",
                system_reason());
  }
  ifreq request{};
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  device.copy(request.ifr_name, IFNAMSIZ - 1);
  if (ioctl(tap, TUNSETIFF, &request) != 0) {
    return fail(ErrorKind::kInput, "cannot make the TAP device {} in {}: {}",
                device, space, system_reason());
  }
  return tap;
}

int signals_as_file() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return signalfd(-1, &set, SFD_CLOEXEC);
}

void set_alarm(int timer, const std::array<Lane, 2>& lanes) {
  itimerspec alarm{};  // all zero: off
  for (const Lane& lane : lanes) {
    if (lane.empty()) continue;
    const Nanoseconds due = std::max<Nanoseconds>(lane.next_due(), 1);
    const Nanoseconds set =
        alarm.it_value.tv_sec * 1'000'000'000 + alarm.it_value.tv_nsec;
    if (set != 0 && set <= due) continue;
    alarm.it_value.tv_sec = due / 1'000'000'000;
    alarm.it_value.tv_nsec = due % 1'000'000'000;
  }
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &alarm, nullptr);
}

// Takes in what stands at one end, at most a handful before the others' turn.
void take_in(int device, Lane& lane) {
  std::array<char, 65'536> frame;
  for (int turn = 0; turn < 64; ++turn) {
    const ssize_t length = read(device, frame.data(), frame.size());
    if (length <= 0) return;
    lane.enter(std::span(frame).first(static_cast<std::size_t>(length)), now());
  }
}

// Lane 0 leads from the first end to the second. Until told to stop.
void carry(const std::array<int, 2>& ends, std::array<Lane, 2>& lanes) {
  const int watch = epoll_create1(EPOLL_CLOEXEC);
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  const int stop = signals_as_file();
  for (const int file : {ends[0], ends[1], timer, stop}) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = file}};
    require(epoll_ctl(watch, EPOLL_CTL_ADD, file, &event) == 0,
            "the cable can wait for its ends");
  }
  fmt::print("carrying\n");
  static_cast<void>(std::fflush(stdout));
  while (true) {
    std::array<epoll_event, 4> events;
    const int count = epoll_wait(watch, events.data(), 4, -1);
    for (int i = 0; i < count; ++i) {
      const int file = events[static_cast<std::size_t>(i)].data.fd;
      if (file == stop) return;
      if (file == ends[0]) take_in(ends[0], lanes[0]);
      if (file == ends[1]) take_in(ends[1], lanes[1]);
      std::uint64_t expirations = 0;
      if (file == timer && read(timer, &expirations, sizeof expirations) < 0) {
        continue;
      }
    }
    lanes[0].deliver(ends[1], now());
    lanes[1].deliver(ends[0], now());
    set_alarm(timer, lanes);
  }
}

void add_manners(CLI::App& app, const std::string& way, Manners& manners) {
  const auto add = [&](const std::string& what, double& value, double most,
                       const std::string& help) {
    app.add_option("--" + way + "-" + what, value, help)
        ->check(CLI::Range(0.0, most))
        ->capture_default_str();
  };
  add("delay", manners.delay_ms, 10'000, "milliseconds under way");
  add("jitter", manners.jitter_ms, 10'000, "up to so many milliseconds more");
  add("loss", manners.loss_percent, 100, "frames in a hundred that are lost");
  add("rate", manners.rate_mbit, 100'000, "Mbit/s; 0 is without limit");
  add("queue", manners.queue_kb, 100'000, "kilobytes that may wait");
}

int run(int argc, char** argv) {
  CLI::App app("Joins two network namespaces by a cable with delay and loss.");
  std::array<std::string, 2> names;
  std::array<Manners, 2> manners;
  std::uint64_t seed = 1;
  bool reorder = false;
  app.add_option("FIRST", names[0], "one end, as NAMESPACE:DEVICE")->required();
  app.add_option("SECOND", names[1], "the other end")->required();
  add_manners(app, "there", manners[0]);
  add_manners(app, "back", manners[1]);
  app.add_flag("--reorder", reorder, "jitter may let a frame overtake");
  app.add_option("--seed", seed, "of all chance")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "cable: {}; see 'cable --help'\n", error.what());
    return 2;
  }

  std::array<int, 2> ends{};
  for (std::size_t i = 0; i < 2; ++i) {
    manners[i].reorder = reorder;
    const Result<int> end = open_end(names[i]);
    if (!end) {
      fmt::print(stderr, "cable: {}\n", end.error().message);
      return end.error().kind == ErrorKind::kUsage ? 2 : 1;
    }
    ends[i] = *end;
  }
  std::array<Lane, 2> lanes{Lane(manners[0], Random(seed, 0)),
                            Lane(manners[1], Random(seed, 1))};
  carry(ends, lanes);
  for (std::size_t i = 0; i < 2; ++i) {
    const Counts& counts = lanes[i].counts();
    fmt::print("{}: {} carried, {} lost, {} dropped, {} refused\n",
               i == 0 ? "there" : "back", counts.carried, counts.lost,
               counts.dropped, counts.refused);
  }
  return 0;
}

}  // namespace
}  // namespace flowtell

int main(int argc, char** argv) try {
  return flowtell::run(argc, argv);
} catch (const std::exception& error) {
  static_cast<void>(std::fprintf(stderr, "cable: %s\n", error.what()));
  return 1;
}
