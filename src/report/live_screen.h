// SPDX-License-Identifier: Apache-2.0
//
// A watch as a text screen: each device with its current app (current_app.h),
// the confidence, its traffic, and the most recently classified flows; or one
// device in detail. Keys sort, pause and select.
//
// Draws text of a given size, independent of any terminal. Memory is bounded:
// the device idle longest is evicted.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "classify/flow_reporter.h"
#include "report/current_app.h"
#include "report/screen_line.h"

namespace flowtell {

// The state of the watch when it is drawn.
struct LiveStatus {
  Duration elapsed{};  // since the start
  Timestamp now{};     // on the packets' clock
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

  struct Options {
    std::string title;  // names the source
    NameOf name_of;     // a device's name
    bool with_colours = false;
    bool with_keys = false;  // there is a keyboard
  };
  explicit LiveScreen(Options options);

  void take(const FlowReport& report) override;

  // Shows `text` in the last line from now on.
  void notice(std::string text) { last_line_ = std::move(text); }

  // Handles typed bytes, as a terminal sends them; unknown keys are ignored.
  void type(std::string_view keys);
  // Whether the user asked to end the watch.
  bool is_over() const { return is_over_; }

  // size.rows lines of size.columns columns; the last has no line end.
  std::string draw(const LiveStatus& status, ScreenSize size);

 private:
  enum class Key { kQuit, kHelp, kSort, kPause, kUp, kDown, kOpen, kBack };
  enum class Order { kByTime, kByName, kByApp, kByTraffic };
  enum class Page { kList, kDevice, kHelp };

  struct Traffic {
    std::uint64_t flows = 0;
    std::uint64_t sent = 0;  // bytes
    std::uint64_t received = 0;
    std::uint64_t bytes() const { return sent + received; }
  };
  struct Device {
    CurrentApp app;
    Timestamp last{};
    Traffic traffic;
    std::map<std::string, Traffic, std::less<>> apps;
    Station station = 0;
    std::string host_name;  // by DHCP
  };
  struct Recent {
    FlowIdBytes id;
    Timestamp time;
    Address device;
    std::string app;
    double confidence;
    bool is_early;
    std::string service;
    std::string server;
    std::uint64_t bytes;
  };
  using Devices = std::map<Address, Device>;
  using DeviceEntry = Devices::value_type;
  // What is shown; a pause keeps a copy.
  struct Content {
    Devices devices;
    std::deque<Recent> recent;  // newest first
    LiveStatus status{};
  };

  static std::vector<Key> parse_keys(std::string_view bytes);
  void press(Key key);
  void move_selection(int by);

  const Content& shown() const { return paused_ ? *paused_ : live_; }
  Device& find_or_add(const Address& address);
  void add_recent(const FlowReport& report, const FlowIdBytes& id);
  void update_rates(const LiveStatus& status);
  std::string name_of(const DeviceEntry& device) const;
  CurrentApp::Estimate now_of(const Device& device) const;
  std::vector<const DeviceEntry*> in_order() const;
  CellStyle style_of(std::string_view app) const;

  ScreenLine head() const;
  std::string key_line() const;
  // `width` is the width of the device's name.
  ScreenLine device_line(const DeviceEntry& device, std::size_t width) const;
  // Without the server.
  ScreenLine recent_line(const Recent& recent) const;
  void draw_list(std::vector<ScreenLine>& lines, ScreenSize size) const;
  void draw_device(std::vector<ScreenLine>& lines, ScreenSize size) const;
  void draw_recent(std::vector<ScreenLine>& lines, ScreenSize size,
                   const std::optional<Address>& only) const;

  Options options_;
  std::string last_line_;
  Content live_;
  std::optional<Content> paused_;
  LiveStatus rated_{};  // status when the rates were computed
  double packets_per_second_ = 0;
  double bits_per_second_ = 0;
  // In the order of appearance, which gives them their colours.
  std::vector<std::string> apps_;
  Order order_ = Order::kByTime;
  Page page_ = Page::kList;
  std::optional<Address> selected_;
  bool is_over_ = false;
};

}  // namespace flowtell
