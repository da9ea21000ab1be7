// SPDX-License-Identifier: Apache-2.0
#include "report/live_screen.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "report/quantity.h"
#include "report/terminal_text.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxDevices = 1000;
constexpr std::size_t kMaxRecent = 100;
constexpr std::size_t kMaxAppsOfDevice = 100;
constexpr std::size_t kMaxTitle = 16;
constexpr Duration kIdleAfter = std::chrono::seconds(30);
constexpr Duration kRateInterval = std::chrono::seconds(1);

// The width of the columns other than the device's name. A screen of 80 columns
// shows all of them; a wider one widens the name, up to the longest address.
constexpr std::size_t kOtherColumns = 61;
constexpr std::size_t kMinName = 15;
constexpr std::size_t kMaxName = 39;

// Of the list of recent flows, which leaves the most room to the server's name.
constexpr std::size_t kRecentName = 16;
constexpr std::size_t kRecentOther = 54;  // with the name

constexpr std::array<std::string_view, 4> kOrderNames = {"latest", "name",
                                                         "app", "traffic"};
constexpr std::string_view kIdle = "idle";

constexpr std::array<std::string_view, 12> kHelp = {
    "q       ends the watch, as Ctrl-C does",
    "s       sorts devices by the latest traffic, name, app or amount",
    "up, down, k, j   select a device",
    "Enter   shows the selected device: its apps and its flows",
    "Esc, b  goes back to all devices",
    "p       pauses the screen; the watch goes on",
    "?       this page",
    "",
    "NOW     the app in use, by the latest flows; idle after 30 s",
    "CONF    its probability in the latest seconds of traffic, or of the flow",
    "LAST    time since the last packet; early: the flow's burst goes on",
    "SERVER  its service (--service), and its name or protocol and address"};

std::size_t name_width(std::size_t columns) {
  const std::size_t rest = columns - std::min(columns, kOtherColumns);
  return std::clamp(rest, kMinName, kMaxName);
}

std::string confidence_text(double share) {
  return fmt::format("{:.0f} %", 100 * share);
}

std::string ago_text(Duration ago) {
  ago = std::max(ago, Duration{});
  return ago < kIdleAfter * 4 ? fmt::format("{:.0f} s", in_seconds(ago))
                              : clock_text(ago);
}

// A name's end says most, so a long one is cut at its front.
std::string tail_of(const std::string& name, std::size_t width) {
  return name.size() <= width || width == 0
             ? name
             : "~" + name.substr(name.size() - width + 1);
}

std::string server_of(const Flow& flow) {
  if (!flow.name.server.empty()) return std::string(flow.name.server);
  return fmt::format("{} {}:{}", protocol_name(flow.protocol),
                     flow.remote.text(), flow.remote_port);
}

// Also of an unknown flow.
std::string likeliest_app(const NamedVerdict& verdict) {
  if (verdict.probabilities.empty()) return std::string(verdict.app);
  return verdict.apps[likeliest(verdict.probabilities).best];
}

ScreenCell right(std::string_view text, std::size_t width) {
  return {fitted_right(text, width), width};
}

}  // namespace

LiveScreen::LiveScreen(Options options) : options_(std::move(options)) {
  last_line_ = key_line();
}

// --- What arrives ------------------------------------------------------------

LiveScreen::Device& LiveScreen::find_or_add(const Address& address) {
  Devices& devices = live_.devices;
  if (devices.size() >= kMaxDevices && !devices.contains(address)) {
    devices.erase(std::min_element(devices.begin(), devices.end(),
                                   [](const auto& a, const auto& b) {
                                     return a.second.last < b.second.last;
                                   }));
  }
  return devices[address];
}

void LiveScreen::take(const FlowReport& report) {
  const Flow& flow = report.flow;
  Device& device = find_or_add(flow.device);
  device.last = std::max(device.last, flow.last);
  if (flow.device_station != 0) device.station = flow.device_station;
  if (!flow.device_name.empty()) device.host_name = flow.device_name;
  const std::string app(report.verdict ? report.verdict->app : kUnknownName);
  if (!report.is_early) {
    const bool has_room =
        device.apps.size() < kMaxAppsOfDevice || device.apps.contains(app);
    for (Traffic* traffic :
         {&device.traffic, has_room ? &device.apps[app] : nullptr}) {
      if (traffic == nullptr) continue;
      ++traffic->flows;
      traffic->sent += flow.sent.bytes;
      traffic->received += flow.received.bytes;
    }
  }
  if (!report.verdict) return;
  if (app != kUnknownName && std::ranges::find(apps_, app) == apps_.end() &&
      apps_.size() < kMaxAppsOfDevice) {
    apps_.push_back(app);
  }
  const FlowIdBytes id = flow_id_bytes(flow);
  const NamedVerdict& verdict = *report.verdict;
  device.app.add({id, flow.first, flow.last, likeliest_app(verdict),
                  verdict.confidence, app == kUnknownName});
  add_recent(report, id);
}

// The final report of a flow takes the place of its early one.
void LiveScreen::add_recent(const FlowReport& report, const FlowIdBytes& id) {
  const Flow& flow = report.flow;
  std::deque<Recent>& recent = live_.recent;
  const auto known = std::ranges::find(recent, id, &Recent::id);
  if (known != recent.end()) recent.erase(known);
  recent.push_front(
      {id, flow.last, flow.device, std::string(report.verdict->app),
       report.verdict->confidence, report.is_early, std::string(report.service),
       server_of(flow), flow.sent.bytes + flow.received.bytes});
  if (recent.size() > kMaxRecent) recent.pop_back();
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

// --- Keys --------------------------------------------------------------------

std::vector<LiveScreen::Key> LiveScreen::parse_keys(std::string_view bytes) {
  struct Code {
    std::string_view bytes;
    Key key;
  };
  // Longer codes first. Cursor keys: ECMA-48, and xterm's application mode.
  static constexpr std::array kCodes = {
      Code{"\x1b[A", Key::kUp},   Code{"\x1bOA", Key::kUp},
      Code{"\x1b[B", Key::kDown}, Code{"\x1bOB", Key::kDown},
      Code{"\x1b", Key::kBack},   Code{"b", Key::kBack},
      Code{"\x7f", Key::kBack},   Code{"k", Key::kUp},
      Code{"j", Key::kDown},      Code{"\r", Key::kOpen},
      Code{"\n", Key::kOpen},     Code{"q", Key::kQuit},
      Code{"?", Key::kHelp},      Code{"h", Key::kHelp},
      Code{"s", Key::kSort},      Code{"p", Key::kPause}};
  std::vector<Key> keys;
  while (!bytes.empty()) {
    const auto code = std::ranges::find_if(kCodes, [&](const Code& each) {
      return bytes.starts_with(each.bytes);
    });
    const bool is_known = code != kCodes.end();
    // Another escape sequence goes up to its letter.
    if (is_known && code->bytes == "\x1b" && bytes.size() > 1 &&
        (bytes[1] == '[' || bytes[1] == 'O')) {
      const std::size_t end = bytes.find_first_not_of("0123456789;", 2);
      bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
      continue;
    }
    if (is_known) keys.push_back(code->key);
    bytes.remove_prefix(is_known ? code->bytes.size() : 1);
  }
  return keys;
}

void LiveScreen::type(std::string_view keys) {
  if (keys.empty()) return;
  for (const Key key : parse_keys(keys)) press(key);
  last_line_ = key_line();
}

void LiveScreen::press(Key key) {
  switch (key) {
    case Key::kQuit:
      is_over_ = true;
      break;
    case Key::kHelp:
      page_ = page_ == Page::kHelp ? Page::kList : Page::kHelp;
      break;
    case Key::kSort:
      order_ = static_cast<Order>((static_cast<std::size_t>(order_) + 1) %
                                  kOrderNames.size());
      break;
    case Key::kPause:
      if (paused_) {
        paused_.reset();
      } else {
        paused_ = live_;
      }
      break;
    case Key::kUp:
      move_selection(-1);
      break;
    case Key::kDown:
      move_selection(1);
      break;
    case Key::kOpen:
      if (page_ == Page::kList && selected_) page_ = Page::kDevice;
      break;
    case Key::kBack:
      if (page_ == Page::kList) selected_.reset();
      page_ = Page::kList;
      break;
  }
}

void LiveScreen::move_selection(int by) {
  const auto order = in_order();
  if (order.empty()) return;
  const auto at = std::ranges::find_if(order, [&](const DeviceEntry* entry) {
    return selected_ && entry->first == *selected_;
  });
  auto next = at - order.begin() + by;
  if (at == order.end()) next = 0;
  const auto last = static_cast<std::ptrdiff_t>(order.size()) - 1;
  next = std::clamp<std::ptrdiff_t>(next, 0, last);
  selected_ = order[static_cast<std::size_t>(next)]->first;
}

std::string LiveScreen::key_line() const {
  if (!options_.with_keys) return "Ctrl-C ends the watch";
  if (page_ != Page::kList) return "Esc back  p pause  q quit";
  return fmt::format(
      "q quit  ? help  s sort by {}  p {}  up/down select a device",
      kOrderNames[static_cast<std::size_t>(order_)],
      paused_ ? "go on" : "pause");
}

// --- Lines -------------------------------------------------------------------

std::string LiveScreen::name_of(const DeviceEntry& entry) const {
  const auto& [address, device] = entry;
  std::string name = options_.name_of(address);
  if (name == address.text() && !device.host_name.empty()) {
    return device.host_name;
  }
  return name;
}

CurrentApp::Estimate LiveScreen::now_of(const Device& device) const {
  if (shown().status.now - device.last > kIdleAfter) {
    return {std::string(kIdle), 1};
  }
  return device.app.estimate().value_or(
      CurrentApp::Estimate{std::string(kUnknownName), 1});
}

std::vector<const LiveScreen::DeviceEntry*> LiveScreen::in_order() const {
  struct Item {
    const DeviceEntry* entry;
    std::string text;
  };
  std::vector<Item> items;
  for (const DeviceEntry& entry : shown().devices) {
    std::string text;
    if (order_ == Order::kByName) text = name_of(entry);
    if (order_ == Order::kByApp) text = now_of(entry.second).app;
    items.push_back({&entry, std::move(text)});
  }
  std::ranges::stable_sort(items, [&](const Item& a, const Item& b) {
    const Device& first = a.entry->second;
    const Device& second = b.entry->second;
    if (order_ == Order::kByTraffic) {
      return first.traffic.bytes() > second.traffic.bytes();
    }
    if (order_ == Order::kByTime) return first.last > second.last;
    return a.text < b.text;
  });
  std::vector<const DeviceEntry*> order;
  order.reserve(items.size());
  for (const Item& item : items) order.push_back(item.entry);
  return order;
}

CellStyle LiveScreen::style_of(std::string_view app) const {
  const auto at = std::ranges::find(apps_, app);
  if (at == apps_.end()) return CellStyle::kFaint;
  return colour(static_cast<std::size_t>(at - apps_.begin()));
}

ScreenLine LiveScreen::head() const {
  const LiveStatus& status = shown().status;
  const auto packets =
      static_cast<std::uint64_t>(std::llround(packets_per_second_));
  const std::string& title = options_.title;
  const std::string drops = status.dropped == 0
                                ? std::string("none dropped")
                                : grouped_text(status.dropped) + " DROPPED";
  ScreenLine line;
  const auto add = [&](std::string text, CellStyle style) {
    text += "  ";
    const std::size_t width = text.size();
    line.cells.push_back({std::move(text), width, style});
  };
  add("flowtell", CellStyle::kBold);
  add(fitted(title, std::min(title.size(), kMaxTitle)), CellStyle::kBold);
  add(clock_text(status.elapsed), CellStyle::kPlain);
  if (paused_) add("PAUSED", CellStyle::kAlert);
  add(drops, status.dropped == 0 ? CellStyle::kPlain : CellStyle::kAlert);
  add(fmt::format("{} packets/s  {:.1f} Mbit/s  {} open", grouped_text(packets),
                  bits_per_second_ / 1e6, grouped_text(status.open_flows)),
      CellStyle::kPlain);
  return line;
}

ScreenLine LiveScreen::device_line(const DeviceEntry& entry,
                                   std::size_t width) const {
  const Device& device = entry.second;
  const CurrentApp::Estimate now = now_of(device);
  const bool is_named = now.app != kIdle && now.app != kUnknownName;
  return {{{name_of(entry), width},
           {"", 2},
           {now.app, 16, style_of(now.app)},
           right(is_named ? confidence_text(now.share) : "", 6),
           right(grouped_text(device.traffic.flows), 8),
           right(bytes_text(device.traffic.sent), 10),
           right(bytes_text(device.traffic.received), 10),
           right(ago_text(shown().status.now - device.last), 9)},
          entry.first == selected_};
}

ScreenLine LiveScreen::recent_line(const Recent& recent) const {
  const auto entry = shown().devices.find(recent.device);
  const std::string name =
      entry == shown().devices.end() ? recent.device.text() : name_of(*entry);
  return {{{name, kRecentName},
           {"", 2},
           {recent.app, 12, style_of(recent.app)},
           right(confidence_text(recent.confidence), 6),
           right(bytes_text(recent.bytes), 10),
           right(recent.is_early ? "early"
                                 : ago_text(shown().status.now - recent.time),
                 6),
           {"", 2}}};
}

// --- Pages -------------------------------------------------------------------

void LiveScreen::draw_recent(std::vector<ScreenLine>& lines, ScreenSize size,
                             const std::optional<Address>& only) const {
  lines.push_back(
      ScreenLine::of(fitted("RECENT FLOWS", kRecentName) +
                         "  APP           CONF     BYTES  LAST  SERVER",
                     CellStyle::kBold));
  const std::size_t room = size.columns - std::min(size.columns, kRecentOther);
  for (const Recent& recent : shown().recent) {
    if (lines.size() + 1 >= size.rows) break;
    if (only && recent.device != *only) continue;
    ScreenLine line = recent_line(recent);
    std::size_t for_server = room;
    if (!recent.service.empty()) {
      const std::size_t width = recent.service.size() + 1;
      line.cells.push_back({recent.service, width});
      for_server -= std::min(width, for_server);
    }
    line.cells.push_back(
        {tail_of(recent.server, for_server), ScreenLine::kRest});
    lines.push_back(std::move(line));
  }
}

void LiveScreen::draw_list(std::vector<ScreenLine>& lines,
                           ScreenSize size) const {
  const std::size_t width = name_width(size.columns);
  lines.push_back(ScreenLine::of(
      fitted("DEVICE", width) +
          "  NOW               CONF   FLOWS      SENT  RECEIVED     LAST",
      CellStyle::kBold));
  // Each list gets at least half of the remaining rows.
  const std::size_t rest = size.rows > 6 ? size.rows - 6 : 0;
  const std::size_t for_recent = std::min(shown().recent.size(), rest / 2);
  const std::size_t for_devices = rest - for_recent;
  const auto order = in_order();
  const auto selected = std::ranges::find_if(
      order,
      [&](const DeviceEntry* entry) { return entry->first == selected_; });
  // Scrolled, so that the selected device is shown.
  std::size_t begin = 0;
  if (selected != order.end()) {
    const auto at = static_cast<std::size_t>(selected - order.begin());
    begin = at - std::min(at, for_devices > 0 ? for_devices - 1 : 0);
  }
  for (std::size_t i = begin; i < std::min(order.size(), begin + for_devices);
       ++i) {
    lines.push_back(device_line(*order[i], width));
  }
  lines.emplace_back();
  draw_recent(lines, size, std::nullopt);
}

void LiveScreen::draw_device(std::vector<ScreenLine>& lines,
                             ScreenSize size) const {
  const auto entry = shown().devices.find(*selected_);
  if (entry == shown().devices.end()) {
    lines.push_back(ScreenLine::of("This device is not remembered any more."));
    return;
  }
  const auto& [address, device] = *entry;
  const CurrentApp::Estimate now = now_of(device);
  std::string title = name_of(*entry);
  for (const std::string& more :
       {address.text(), station_text(device.station)}) {
    if (!more.empty() && more != title) title += "  " + more;
  }
  lines.push_back(ScreenLine::of(std::move(title), CellStyle::kBold));
  lines.push_back({{{"now ", 4},
                    {now.app, now.app.size() + 1, style_of(now.app)},
                    {now.app == kIdle ? "" : confidence_text(now.share),
                     ScreenLine::kRest}}});
  lines.emplace_back();
  lines.push_back(ScreenLine::of(
      fitted("APP SINCE THE START", 24) + "   FLOWS      SENT  RECEIVED",
      CellStyle::kBold));
  std::vector<std::pair<std::string_view, Traffic>> apps(device.apps.begin(),
                                                         device.apps.end());
  std::ranges::stable_sort(apps, std::ranges::greater{},
                           [](const auto& app) { return app.second.bytes(); });
  // At most half of the screen.
  for (const auto& [app, traffic] : apps) {
    if (lines.size() >= size.rows / 2) break;
    lines.push_back({{{std::string(app), 24, style_of(app)},
                      right(grouped_text(traffic.flows), 8),
                      right(bytes_text(traffic.sent), 10),
                      right(bytes_text(traffic.received), 10)}});
  }
  lines.emplace_back();
  draw_recent(lines, size, address);
}

std::string LiveScreen::draw(const LiveStatus& status, ScreenSize size) {
  update_rates(status);
  live_.status = status;
  std::vector<ScreenLine> lines = {head(), {}};
  switch (page_) {
    case Page::kList:
      draw_list(lines, size);
      break;
    case Page::kDevice:
      draw_device(lines, size);
      break;
    case Page::kHelp:
      for (const std::string_view line : kHelp) {
        lines.push_back(ScreenLine::of(std::string(line)));
      }
      break;
  }
  lines.resize(size.rows);
  if (size.rows > 1) lines.back() = ScreenLine::of(last_line_);

  std::string out;
  for (const ScreenLine& line : lines) {
    out += line.draw(size.columns, options_.with_colours) + '\n';
  }
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace flowtell
