// SPDX-License-Identifier: Apache-2.0
//
// A watch as a screen: each device by name, what it is doing now and how sure
// that is, its traffic, and the flows judged last.
//
// What a device is doing is the app with the greatest sum of confidences among
// its verdicts, early and final ones alike, each of which counts half after
// twenty seconds; `unknown` counts as an app that is always sure. How sure it
// is: the share of its sum in all verdicts so weighed.
//
// Draws text of a given size and knows no terminal. Memory is bounded: the
// device silent longest makes way.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "report/flow_reporter.h"

namespace flowtell {

// Where the watch stands when it is drawn.
struct LiveStatus {
  Duration passed;  // since the start
  Timestamp now;    // on the packets' clock
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  std::uint64_t dropped = 0;
  std::size_t open_flows = 0;
};

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

class LiveScreen : public FlowListener {
 public:
  using NameOf = std::function<std::string(const Address&)>;

  // `title` says what is watched; `name_of` a device's name.
  LiveScreen(std::string title, NameOf name_of)
      : title_(std::move(title)), name_of_(std::move(name_of)) {}

  void take(const FlowReport& report) override;

  // Stands in the last line from here on.
  void notice(std::string text) { last_line_ = std::move(text); }

  // As many lines as there are rows, each as wide as the screen, the last
  // without a line's end.
  std::string draw(const LiveStatus& status, ScreenSize size);

 private:
  struct Device {
    std::map<std::string, double, std::less<>> apps;  // sums of confidences
    double verdicts = 0;                              // weighed alike
    Timestamp last{};
    std::uint64_t flows = 0;
    std::uint64_t sent = 0;  // bytes
    std::uint64_t received = 0;
  };
  struct Recent {
    Timestamp time;
    Address device;
    std::string app;
    double confidence;
    bool is_early;
    std::string remote;
    std::uint64_t bytes;
  };
  using Devices = std::map<Address, Device>;

  Device& find_or_add(const Address& address);
  void update_rates(const LiveStatus& status);
  std::string head(const LiveStatus& status) const;
  // `width` is that of the device's name.
  std::string device_line(const Devices::value_type& device, Timestamp now,
                          std::size_t width) const;
  std::string recent_line(const Recent& recent, Timestamp now,
                          std::size_t width) const;
  std::vector<const Devices::value_type*> by_last() const;

  std::string title_;
  std::string last_line_ = "Ctrl-C ends the watch";
  NameOf name_of_;
  Devices devices_;
  std::deque<Recent> recent_;  // the newest first
  LiveStatus before_{};        // when the rates were taken
  double packets_per_second_ = 0;
  double bits_per_second_ = 0;
};

}  // namespace flowtell
