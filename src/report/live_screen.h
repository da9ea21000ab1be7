// SPDX-License-Identifier: Apache-2.0
//
// A watch as a text screen: each device with its current app, the confidence,
// its traffic, and the most recently classified flows.
//
// A device's current app has the greatest sum of confidences among its
// verdicts, early and final. Verdicts decay with a half-life of 20 s; `unknown`
// counts as an app with confidence 1. The confidence shown is the app's share
// of the weight of all verdicts.
//
// Draws text of a given size, independent of any terminal. Memory is bounded:
// the device idle longest is evicted.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "classify/flow_reporter.h"

namespace flowtell {

// The state of the watch when it is drawn.
struct LiveStatus {
  Duration elapsed;  // since the start
  Timestamp now;     // on the packets' clock
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  std::uint64_t dropped = 0;
  std::size_t open_flows = 0;
};

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

class LiveScreen : public FlowReportSink {
 public:
  using NameOf = std::function<std::string(const Address&)>;

  // `title` names the source; `name_of` returns a device's name.
  LiveScreen(std::string title, NameOf name_of)
      : title_(std::move(title)), name_of_(std::move(name_of)) {}

  void take(const FlowReport& report) override;

  // Shows `text` in the last line from now on.
  void notice(std::string text) { last_line_ = std::move(text); }

  // size.rows lines of size.columns columns; the last has no line end.
  std::string draw(const LiveStatus& status, ScreenSize size);

 private:
  struct Device {
    std::map<std::string, double, std::less<>> apps;  // sums of confidences
    double verdicts = 0;                              // sum of weights
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
  // `width` is the width of the device's name.
  std::string device_line(const Devices::value_type& device, Timestamp now,
                          std::size_t width) const;
  std::string recent_line(const Recent& recent, Timestamp now,
                          std::size_t width) const;
  std::vector<const Devices::value_type*> latest_first() const;

  std::string title_;
  std::string last_line_ = "Ctrl-C ends the watch";
  NameOf name_of_;
  Devices devices_;
  std::deque<Recent> recent_;  // newest first
  LiveStatus rated_{};         // status when the rates were computed
  double packets_per_second_ = 0;
  double bits_per_second_ = 0;
};

}  // namespace flowtell
