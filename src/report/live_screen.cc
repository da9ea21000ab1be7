// SPDX-License-Identifier: Apache-2.0
#include "report/live_screen.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/portable_math.h"
#include "report/quantity.h"
#include "report/terminal_text.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxDevices = 1000;
constexpr std::size_t kMaxRecent = 100;
constexpr double kHalfLife = 20;  // seconds
constexpr std::size_t kMaxTitle = 16;
constexpr Duration kIdleAfter = std::chrono::seconds(30);
constexpr Duration kRateInterval = std::chrono::seconds(1);

// The width of the columns other than the device's name. A screen of 80 columns
// shows all of them; a wider one widens the name, up to the longest address.
constexpr std::size_t kOtherColumns = 61;
constexpr std::size_t kMinName = 15;
constexpr std::size_t kMaxName = 39;

std::size_t name_width(std::size_t columns) {
  const std::size_t rest = columns - std::min(columns, kOtherColumns);
  return std::clamp(rest, kMinName, kMaxName);
}

std::string confidence_text(double share) {
  return fmt::format("{:.0f} %", 100 * share);
}

std::string ago_text(Duration ago) {
  return ago < kIdleAfter * 4 ? fmt::format("{:.0f} s", in_seconds(ago))
                              : clock_text(ago);
}

}  // namespace

LiveScreen::Device& LiveScreen::find_or_add(const Address& address) {
  if (devices_.size() >= kMaxDevices && !devices_.contains(address)) {
    devices_.erase(std::min_element(devices_.begin(), devices_.end(),
                                    [](const auto& a, const auto& b) {
                                      return a.second.last < b.second.last;
                                    }));
  }
  return devices_[address];
}

void LiveScreen::take(const FlowReport& report) {
  const Flow& flow = report.flow;
  Device& device = find_or_add(flow.device);
  const Duration since = std::max(flow.last - device.last, Duration{});
  const double weight = portable_exp2(-in_seconds(since) / kHalfLife);
  for (auto& [app, sum] : device.apps) sum *= weight;
  device.verdicts = device.verdicts * weight + 1;
  device.last = std::max(device.last, flow.last);
  if (!report.is_early) {
    ++device.flows;
    device.sent += flow.sent.bytes;
    device.received += flow.received.bytes;
  }
  if (!report.verdict) return;
  const std::string app(report.verdict->app);
  std::string remote = fmt::format("{} {}:{}", protocol_name(flow.protocol),
                                   flow.remote.text(), flow.remote_port);
  // First, as a screen of 80 columns cuts the address off.
  if (!report.service.empty()) {
    remote = fmt::format("{} {}", report.service, remote);
  }
  device.apps[app] += app == kUnknownName ? 1 : report.verdict->confidence;
  recent_.push_front({flow.last, flow.device, app, report.verdict->confidence,
                      report.is_early, std::move(remote),
                      flow.sent.bytes + flow.received.bytes});
  if (recent_.size() > kMaxRecent) recent_.pop_back();
}

void LiveScreen::update_rates(const LiveStatus& status) {
  const Duration since = status.elapsed - rated_.elapsed;
  if (since < kRateInterval) return;
  const double seconds = in_seconds(since);
  packets_per_second_ =
      static_cast<double>(status.frames - rated_.frames) / seconds;
  bits_per_second_ =
      8 * static_cast<double>(status.bytes - rated_.bytes) / seconds;
  rated_ = status;
}

std::string LiveScreen::head(const LiveStatus& status) const {
  const auto packets =
      static_cast<std::uint64_t>(std::llround(packets_per_second_));
  return fmt::format(
      "flowtell  {}  {}  {}  {} packets/s  {:.1f} Mbit/s  {} {} open",
      fitted(title_, std::min<std::size_t>(title_.size(), kMaxTitle)),
      clock_text(status.elapsed),
      status.dropped == 0 ? std::string("none dropped")
                          : grouped_text(status.dropped) + " DROPPED",
      grouped_text(packets), bits_per_second_ / 1e6,
      grouped_text(status.open_flows),
      status.open_flows == 1 ? "flow" : "flows");
}

std::string LiveScreen::device_line(const Devices::value_type& entry,
                                    Timestamp now, std::size_t width) const {
  const auto& [address, device] = entry;
  const Duration ago = std::max(now - device.last, Duration{});
  std::string app = "idle";
  std::string confidence;
  if (ago <= kIdleAfter && device.apps.empty()) app = kUnknownName;
  if (ago <= kIdleAfter && !device.apps.empty()) {
    const auto best = std::max_element(
        device.apps.begin(), device.apps.end(),
        [](const auto& a, const auto& b) { return a.second < b.second; });
    app = best->first;
    if (app != kUnknownName) {
      confidence = confidence_text(best->second / device.verdicts);
    }
  }
  return fitted(name_of_(address), width) + "  " + fitted(app, 16) +
         fitted_right(confidence, 6) +
         fitted_right(grouped_text(device.flows), 8) +
         fitted_right(bytes_text(device.sent), 10) +
         fitted_right(bytes_text(device.received), 10) +
         fitted_right(ago_text(ago), 9);
}

std::string LiveScreen::recent_line(const Recent& recent, Timestamp now,
                                    std::size_t width) const {
  const Duration ago = std::max(now - recent.time, Duration{});
  return fitted(name_of_(recent.device), width) + "  " +
         fitted(recent.app, 16) +
         fitted_right(confidence_text(recent.confidence), 6) +
         (recent.is_early ? " early" : "      ") +
         fitted_right(bytes_text(recent.bytes), 10) +
         fitted_right(ago_text(ago), 9) + "  " + recent.remote;
}

std::vector<const LiveScreen::Devices::value_type*> LiveScreen::latest_first()
    const {
  std::vector<const Devices::value_type*> order;
  for (const auto& entry : devices_) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) {
    return a->second.last > b->second.last;
  });
  return order;
}

std::string LiveScreen::draw(const LiveStatus& status, ScreenSize size) {
  update_rates(status);
  std::vector<std::string> lines = {head(status), ""};
  const std::size_t width = name_width(size.columns);
  lines.push_back(fitted("DEVICE", width) +
                  "  NOW               CONF   FLOWS      SENT  RECEIVED     "
                  "LAST");
  // Each list gets at least half of the remaining rows.
  const std::size_t rest = size.rows > 6 ? size.rows - 6 : 0;
  const std::size_t for_recent = std::min(recent_.size(), rest / 2);
  for (const auto* entry : latest_first()) {
    if (lines.size() >= 3 + rest - for_recent) break;
    lines.push_back(device_line(*entry, status.now, width));
  }
  lines.emplace_back();
  lines.push_back(fitted("RECENT FLOWS", width) +
                  "  APP               CONF           BYTES     LAST  REMOTE");
  for (const Recent& recent : recent_) {
    if (lines.size() + 1 >= size.rows) break;
    lines.push_back(recent_line(recent, status.now, width));
  }
  lines.resize(size.rows);
  if (size.rows > 1) lines.back() = last_line_;

  std::string out;
  for (const std::string& line : lines) {
    out += fitted(line, size.columns) + '\n';
  }
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace flowtell
