// SPDX-License-Identifier: Apache-2.0
//
// A cable between two network namespaces that behaves like a real line: delay,
// jitter, loss and rate, separately for each direction. It creates a TAP device
// at both ends and carries frames between them.
//
// Why not tc netem: many kernels are built without it, and it passes frames
// joined by offloading as a whole. A TAP delivers single frames as on the wire.
//
// Model of a direction: a frame waits in a queue of limited bytes until earlier
// frames are sent, and is dropped if the queue is full. Sending takes length /
// rate. It is lost at random, or arrives after the delay plus its jitter, never
// before an earlier frame unless reordering is on. The seed gives one random
// generator per direction, two draws per frame.
//
// One thread, which sleeps until a frame arrives or is due for delivery.
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
#include <cerrno>
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
constexpr std::size_t kMaxFrames = 20'000;  // in transit in one direction

struct LineSettings {
  double delay_ms = 0;
  double jitter_ms = 0;
  double loss_percent = 0;
  double rate_mbit = 0;  // 0: unlimited
  double queue_kb = 128;
  bool reorder = false;
};

struct Counts {
  std::uint64_t carried = 0;
  std::uint64_t lost = 0;     // at random
  std::uint64_t dropped = 0;  // the queue was full
  std::uint64_t refused = 0;  // by the device at the far end
};

Nanoseconds now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

// One direction. Stores each frame until its arrival time.
class Lane {
 public:
  Lane(const LineSettings& settings, Random random)
      : settings_(settings), random_(random) {}

  void enter(std::span<const char> frame, Nanoseconds time) {
    const bool lost = random_.unit() * 100 < settings_.loss_percent;
    const double jitter = random_.unit() * settings_.jitter_ms;
    Nanoseconds sent = std::max(time, free_at_);
    if (settings_.rate_mbit > 0) {
      const double byte_ns = 8'000 / settings_.rate_mbit;
      const double waiting = static_cast<double>(sent - time) / byte_ns;
      if (waiting > settings_.queue_kb * 1'000) {
        ++counts_.dropped;
        return;
      }
      sent +=
          static_cast<Nanoseconds>(byte_ns * static_cast<double>(frame.size()));
    }
    free_at_ = sent;
    if (lost) {
      ++counts_.lost;
    } else if (pending_.size() >= kMaxFrames) {
      ++counts_.dropped;
    } else {
      Nanoseconds arrival =
          sent + static_cast<Nanoseconds>((settings_.delay_ms + jitter) *
                                          static_cast<double>(kMillisecond));
      if (!settings_.reorder) arrival = std::max(arrival, last_arrival_);
      last_arrival_ = arrival;
      pending_.emplace(arrival, std::vector<char>(frame.begin(), frame.end()));
    }
  }

  void deliver(int device, Nanoseconds time) {
    while (!pending_.empty() && pending_.begin()->first <= time) {
      const std::vector<char>& frame = pending_.begin()->second;
      const bool taken = write(device, frame.data(), frame.size()) >= 0;
      ++(taken ? counts_.carried : counts_.refused);
      pending_.erase(pending_.begin());
    }
  }

  bool empty() const { return pending_.empty(); }
  Nanoseconds next_arrival() const { return pending_.begin()->first; }
  const Counts& counts() const { return counts_; }

 private:
  LineSettings settings_;
  Random random_;
  Nanoseconds free_at_ = 0;
  Nanoseconds last_arrival_ = 0;
  std::multimap<Nanoseconds, std::vector<char>> pending_;
  Counts counts_;
};

// Creates and opens the TAP device `end`, given as NAMESPACE:DEVICE.
Result<int> open_end(const std::string& end) {
  const auto colon = end.find(':');
  const std::string space = end.substr(0, colon);
  const std::string device =
      colon == std::string::npos ? "" : end.substr(colon + 1);
  if (space.empty() || device.empty() || device.size() >= IFNAMSIZ ||
      space.find('/') != std::string::npos) {
    return fail(ErrorKind::kUsage,
                "'{}' is not an end of a cable; write NAMESPACE:DEVICE", end);
  }
  const std::string path = "/var/run/netns/" + space;
  const int name_space = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (name_space < 0 || setns(name_space, CLONE_NEWNET) != 0) {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kSystem),
                "cannot enter the network namespace {}: {}; 'ip netns add' "
                "makes one, and entering it takes root",
                space, system_reason(error));
  }
  close(name_space);
  const int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (tap < 0) {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kSystem),
                "cannot open /dev/net/tun: {}", system_reason(error));
  }
  ifreq request{};
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  device.copy(request.ifr_name, IFNAMSIZ - 1);
  if (ioctl(tap, TUNSETIFF, &request) != 0) {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kSystem),
                "cannot make the TAP device {} in {}: {}", device, space,
                system_reason(error));
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
    const Nanoseconds arrival = std::max<Nanoseconds>(lane.next_arrival(), 1);
    const Nanoseconds set =
        alarm.it_value.tv_sec * 1'000'000'000 + alarm.it_value.tv_nsec;
    if (set != 0 && set <= arrival) continue;
    alarm.it_value.tv_sec = arrival / 1'000'000'000;
    alarm.it_value.tv_nsec = arrival % 1'000'000'000;
  }
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &alarm, nullptr);
}

// Reads pending frames of one end, at most 64 before the other end's turn.
void read_frames(int device, Lane& lane) {
  std::array<char, 65'536> frame;
  for (int turn = 0; turn < 64; ++turn) {
    const ssize_t length = read(device, frame.data(), frame.size());
    if (length <= 0) return;
    lane.enter(std::span(frame).first(static_cast<std::size_t>(length)), now());
  }
}

// Lane 0 leads from the first end to the second. Runs until a signal.
void carry(const std::array<int, 2>& ends, std::array<Lane, 2>& lanes) {
  const int watch = epoll_create1(EPOLL_CLOEXEC);
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  const int stop = signals_as_file();
  for (const int file : {ends[0], ends[1], timer, stop}) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = file}};
    require(epoll_ctl(watch, EPOLL_CTL_ADD, file, &event) == 0,
            "epoll watches the cable's ends");
  }
  fmt::print("carrying\n");
  static_cast<void>(std::fflush(stdout));
  while (true) {
    std::array<epoll_event, 4> events;
    const int count = epoll_wait(watch, events.data(), 4, -1);
    for (int i = 0; i < count; ++i) {
      const int file = events[static_cast<std::size_t>(i)].data.fd;
      if (file == stop) return;
      if (file == ends[0]) read_frames(ends[0], lanes[0]);
      if (file == ends[1]) read_frames(ends[1], lanes[1]);
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

void add_settings(CLI::App& app, const std::string& way,
                  LineSettings& settings) {
  const auto add = [&](const std::string& what, double& value, double max,
                       const std::string& help) {
    app.add_option("--" + way + "-" + what, value, help)
        ->check(CLI::Range(0.0, max))
        ->capture_default_str();
  };
  add("delay", settings.delay_ms, 10'000, "delay in milliseconds");
  add("jitter", settings.jitter_ms, 10'000, "extra random milliseconds");
  add("loss", settings.loss_percent, 100, "percent of frames lost");
  add("rate", settings.rate_mbit, 100'000, "Mbit/s; 0 is unlimited");
  add("queue", settings.queue_kb, 100'000, "queue size in kilobytes");
}

int run(int argc, char** argv) {
  CLI::App app("Joins two network namespaces by a cable with delay and loss.");
  std::array<std::string, 2> names;
  std::array<LineSettings, 2> settings;
  std::uint64_t seed = 1;
  bool reorder = false;
  app.add_option("FIRST", names[0], "one end, as NAMESPACE:DEVICE")->required();
  app.add_option("SECOND", names[1], "the other end")->required();
  add_settings(app, "there", settings[0]);
  add_settings(app, "back", settings[1]);
  app.add_flag("--reorder", reorder, "jitter may reorder frames");
  app.add_option("--seed", seed, "random seed")->capture_default_str();
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
    settings[i].reorder = reorder;
    const Result<int> end = open_end(names[i]);
    if (!end) {
      fmt::print(stderr, "cable: {}\n", end.error().message);
      return end.error().kind == ErrorKind::kUsage ? 2 : 1;
    }
    ends[i] = *end;
  }
  std::array<Lane, 2> lanes{Lane(settings[0], Random(seed, 0)),
                            Lane(settings[1], Random(seed, 1))};
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
