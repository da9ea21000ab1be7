// SPDX-License-Identifier: Apache-2.0
#include "report/live_screen.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

struct Report {
  std::string_view device = "192.168.12.100";
  std::string_view app = "chat";
  double confidence = 1;
  Duration at{};
  bool is_early = false;
  int flow = 0;  // 0: another one than all before
  std::string_view server = "";
  std::string_view service = {};
};

class Screen : public testing::Test {
 protected:
  void add(const Report& report) {
    Flow flow{};
    flow.first = flow.last = kTestStart + report.at;
    flow.device = flow.device_address = test_address(report.device);
    flow.device_port =
        static_cast<Port>(report.flow == 0 ? next_port_++ : report.flow);
    flow.name.server = report.server;
    flow.remote = test_address("203.0.113.5");
    flow.remote_port = 443;
    flow.protocol = Protocol::kTcp;
    flow.sent = {3, 1200};
    flow.received = {4, 56'000};
    screen_.take({flow,
                  kTestStart,
                  {},
                  NamedVerdict{report.app, report.confidence},
                  report.is_early,
                  report.service});
  }
  std::string draw(ScreenSize size = {80, 24}, Duration now = {}) {
    LiveStatus status;
    status.now = kTestStart + now;
    return screen_.draw(status, size);
  }
  // The first line with this prefix, without trailing spaces.
  std::string line(std::string_view begin, Duration now = {}) {
    const std::string text = draw({80, 24}, now);
    for (const std::string_view line : split(text, '\n')) {
      if (!line.starts_with(begin)) continue;
      return std::string(line.substr(0, line.find_last_not_of(' ') + 1));
    }
    return "";
  }
  // The current app of a device and its confidence.
  std::string current_app(std::string_view device, Duration now = {}) {
    const std::string text = line(device, now);
    return text.empty() ? "" : text.substr(21, 22);
  }

  std::string name_;  // of every device, where it has one
  LiveScreen::Options options() {
    return {.title = "wlan0", .name_of = [this](const Address& address) {
              return name_.empty() ? address.text() : name_;
            }};
  }
  LiveScreen screen_{options()};
  Port next_port_ = 1000;
};

TEST_F(Screen, ShowsTheServiceBeforeTheRemote) {
  add({.service = "YouTube"});
  const std::string text = draw({120, 24});
  EXPECT_NE(text.find("  YouTube TCP 203.0.113.5:443 "), std::string::npos)
      << text;
}

TEST_F(Screen, ShowsDevicesAndRecentFlows) {
  add({.confidence = 0.75, .at = 1s});
  add({.device = "192.168.12.7",
       .app = "video",
       .at = 3s,
       .is_early = true,
       .server = "a-long-name.example.test"});
  LiveStatus status;
  status.elapsed = 65s;
  status.now = kTestStart + 5s;
  status.frames = 65'000;
  status.bytes = 65'000'000;
  status.open_flows = 1234;
  EXPECT_EQ(
      screen_.draw(status, {80, 10}),
      "flowtell  wlan0  1:05  none dropped  1,000 packets/s  8.0 Mbit/s  1,234 "
      "open    \n"
      "                                                                        "
      "        \n"
      "DEVICE               NOW               CONF   FLOWS      SENT  RECEIVED"
      "     LAST\n"
      "192.168.12.7         video            100 %       0       0 B       0 B"
      "      2 s\n"
      "192.168.12.100       chat              75 %       1    1.2 kB   56.0 kB"
      "      4 s\n"
      "                                                                        "
      "        \n"
      "RECENT FLOWS      APP           CONF     BYTES  LAST  SERVER            "
      "        \n"
      "192.168.12.7      video        100 %   57.2 kB early  "
      "a-long-name.example.test  \n"
      "192.168.12.100    chat          75 %   57.2 kB   4 s  TCP "
      "203.0.113.5:443"
      "       \n"
      "Ctrl-C ends the watch                                                   "
      "        ");
}

TEST_F(Screen, HasExactlyTheGivenSize) {
  for (int i = 1; i < 40; ++i) {
    add({.device = fmt::format("192.168.12.{}", i), .at = i * 1s});
  }
  for (const std::size_t rows : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 24u, 100u}) {
    for (const std::size_t columns : {1u, 2u, 20u, 79u, 80u, 200u}) {
      const std::string text = draw({columns, rows});
      const auto lines = split(text, '\n');
      ASSERT_EQ(lines.size(), rows) << columns;
      for (const std::string_view line : lines) {
        ASSERT_EQ(line.size(), columns) << rows;
      }
    }
  }
}

TEST_F(Screen, HandlesAnEmptySize) {
  add({});
  EXPECT_EQ(draw({80, 0}), "");
  EXPECT_EQ(draw({0, 2}), "\n");
}

TEST_F(Screen, WidensNamesOnAWideScreen) {
  add({.device = "fd00:1234:5678:9abc:def0:1234:5678:9abc"});
  EXPECT_EQ(draw({100, 24}).find("5678:9abc  chat") != std::string::npos, true);
  EXPECT_NE(draw({80, 24}).find("fd00:1234:5678:9ab~  chat"),
            std::string::npos);
}

TEST_F(Screen, SplitsRowsBetweenBothLists) {
  for (int i = 1; i < 100; ++i) {
    add({.device = fmt::format("192.168.12.{}", i)});
  }
  const std::string text = draw({80, 24});
  std::size_t devices = 0;
  std::size_t recent = 0;
  for (const std::string_view line : split(text, '\n')) {
    if (line.find(" TCP 203") != std::string_view::npos) {
      ++recent;
    } else if (line.starts_with("192.")) {
      ++devices;
    }
  }
  EXPECT_EQ(devices, 9u);
  EXPECT_EQ(recent, 9u);
}

// Six rows are for everything but the lists.
TEST_F(Screen, GivesTheOddRowToDevices) {
  for (int i = 1; i < 100; ++i) {
    add({.device = fmt::format("192.168.12.{}", i)});
  }
  const auto lists = [&](std::size_t rows) {
    std::pair<std::size_t, std::size_t> devices_and_recent;
    const std::string text = draw({80, rows});
    for (const std::string_view line : split(text, '\n')) {
      if (!line.starts_with("192.")) continue;
      const bool is_recent = line.find(" TCP 203") != std::string_view::npos;
      ++(is_recent ? devices_and_recent.second : devices_and_recent.first);
    }
    return devices_and_recent;
  };
  EXPECT_EQ(lists(6), std::pair(std::size_t{0}, std::size_t{0}));
  EXPECT_EQ(lists(7), std::pair(std::size_t{1}, std::size_t{0}));
  EXPECT_EQ(lists(8), std::pair(std::size_t{1}, std::size_t{1}));
  EXPECT_EQ(lists(25), std::pair(std::size_t{10}, std::size_t{9}));
}

// --- the current app of a device ---------------------------------------------

TEST_F(Screen, ShowsTheCurrentApp) {
  add({.app = "chat", .confidence = 0.9});
  add({.app = "video", .confidence = 0.6});
  add({.app = "video", .confidence = 0.6});
  EXPECT_EQ(current_app("192.168.12.100"), "video             40 %");
}

TEST_F(Screen, ShowsUnknownIfAllVerdictsAreUnknown) {
  add({.app = "unknown", .confidence = 0.4});
  EXPECT_EQ(current_app("192.168.12.100"), "unknown               ");
}

TEST_F(Screen, ShowsIdleAfterThirtySeconds) {
  add({});
  EXPECT_EQ(current_app("192.168.12.100", 30s), "chat             100 %");
  EXPECT_EQ(current_app("192.168.12.100", 31s), "idle                  ");
}

TEST_F(Screen, CountsNoTrafficOfEarlyReports) {
  add({.is_early = true, .flow = 1});
  EXPECT_EQ(line("192.168.12.100"),
            "192.168.12.100       chat             100 %       0       0 B"
            "       0 B      0 s");
  add({.flow = 1});
  EXPECT_EQ(line("192.168.12.100"),
            "192.168.12.100       chat             100 %       1    1.2 kB"
            "   56.0 kB      0 s");
}

TEST_F(Screen, ShowsTheLatestDeviceFirst) {
  add({.device = "10.0.0.1", .at = 2s});
  add({.device = "10.0.0.2", .at = 1s});
  const std::string text = draw({80, 24}, 3s);
  EXPECT_LT(text.find("10.0.0.1"), text.find("10.0.0.2"));
}

TEST_F(Screen, ShowsLongTimesAsAClock) {
  add({});
  EXPECT_TRUE(line("192.168.12.100", 119s).ends_with(" 119 s"));
  EXPECT_TRUE(line("192.168.12.100", 1h).ends_with(" 1:00:00"));
}

// --- rates -------------------------------------------------------------------

TEST_F(Screen, UpdatesRatesOnceASecond) {
  LiveStatus status;
  status.elapsed = 10s;
  status.frames = 1000;
  status.bytes = 1'250'000;
  const auto rates = [&] {
    const std::string text = screen_.draw(status, {100, 24});
    return text.substr(0, text.find("  0 open"));
  };
  EXPECT_EQ(rates(),
            "flowtell  wlan0  0:10  none dropped  100 packets/s  1.0 Mbit/s");
  status.elapsed += 999ms;
  status.frames += 5000;
  EXPECT_EQ(rates(),
            "flowtell  wlan0  0:10  none dropped  100 packets/s  1.0 Mbit/s");
  status.elapsed += 1s + 1ms;
  status.frames += 1000;
  EXPECT_EQ(rates(),
            "flowtell  wlan0  0:12  none dropped  3,000 packets/s  0.0 Mbit/s");
}

TEST_F(Screen, ShowsDroppedFrames) {
  LiveStatus status;
  status.dropped = 1234;
  EXPECT_NE(screen_.draw(status, {100, 24}).find("1,234 DROPPED"),
            std::string::npos);
}

// --- keys --------------------------------------------------------------------

TEST_F(Screen, EndsTheWatchByQ) {
  screen_.type("x\x1b[Z");
  EXPECT_FALSE(screen_.is_over());
  screen_.type("q");
  EXPECT_TRUE(screen_.is_over());
}

TEST_F(Screen, SortsDevices) {
  add({.device = "10.0.0.1", .app = "video", .at = 1s});
  add({.device = "10.0.0.2", .app = "chat", .at = 2s});
  add({.device = "10.0.0.3", .app = "chat", .at = 0s});
  add({.device = "10.0.0.3", .app = "chat", .at = 0s});
  const auto order = [&] {
    std::string devices;
    const std::string text = draw({80, 24}, 3s);
    const auto lines = split(text, '\n');
    for (const std::string_view line : std::span(lines).subspan(3, 3)) {
      devices += line[7];
    }
    return devices;
  };
  EXPECT_EQ(order(), "213") << "the latest first";
  screen_.type("s");
  EXPECT_EQ(order(), "123") << "by name";
  screen_.type("s");
  EXPECT_EQ(order(), "231") << "by app";
  screen_.type("s");
  EXPECT_EQ(order(), "312") << "by traffic";
  screen_.type("s");
  EXPECT_EQ(order(), "213");
}

TEST_F(Screen, PausesAndGoesOn) {
  add({.app = "chat"});
  draw();
  screen_.type("p");
  add({.app = "video", .at = 5s});
  const std::string paused = draw({80, 24}, 5s);
  EXPECT_EQ(paused.find("video"), std::string::npos);
  EXPECT_NE(paused.find("PAUSED"), std::string::npos);
  screen_.type("p");
  EXPECT_NE(draw({80, 24}, 5s).find("video"), std::string::npos);
}

TEST_F(Screen, ShowsASelectedDevice) {
  add({.device = "10.0.0.1", .app = "video", .at = 1s});
  add({.device = "10.0.0.2", .app = "chat", .at = 2s, .server = "chat.test"});
  const std::string list = draw({80, 24}, 2s);
  screen_.type("\r");
  EXPECT_EQ(draw({80, 24}, 2s), list) << "nothing is selected";
  screen_.type("j\r");
  const std::string device = draw({80, 24}, 2s);
  EXPECT_NE(device.find("now chat 100 %"), std::string::npos) << device;
  EXPECT_NE(device.find("chat.test"), std::string::npos);
  EXPECT_EQ(device.find("10.0.0.1"), std::string::npos);
  screen_.type("\x1b");
  EXPECT_EQ(draw({80, 24}, 2s), list);
  screen_.type("\x1b[B\x1b[B\n");
  EXPECT_NE(draw({80, 24}, 2s).find("now video 100 %"), std::string::npos);
}

TEST_F(Screen, ScrollsToTheSelectedDevice) {
  for (int i = 1; i < 100; ++i) {
    add({.device = fmt::format("10.0.0.{}", i), .at = i * 1ms});
  }
  for (int i = 0; i < 50; ++i) screen_.type("j");
  EXPECT_EQ(line("10.0.0.60 "), "");
  EXPECT_NE(line("10.0.0.50 "), "") << "the one selected";
}

TEST_F(Screen, ExplainsItsKeys) {
  screen_.type("?");
  EXPECT_NE(draw().find("q       ends the watch"), std::string::npos);
  screen_.type("?");
  EXPECT_EQ(draw().find("q       ends the watch"), std::string::npos);
}

TEST_F(Screen, ShowsTheEndOfALongServerName) {
  add({.server = "a.very.long.name.of.a.server.cdn.example.com"});
  EXPECT_NE(draw().find("  ~.a.server.cdn.example.com"), std::string::npos)
      << draw();
}

// --- colours -----------------------------------------------------------------

TEST_F(Screen, HasTheSameTextInColours) {
  LiveScreen coloured([this] {
    LiveScreen::Options with = options();
    with.with_colours = true;
    return with;
  }());
  std::swap(screen_, coloured);
  add({.app = "chat"});
  screen_.type("j");
  const std::string text = draw();
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') i = text.find('m', i) + 1;
    if (i < text.size() && text[i] != '\x1b') plain += text[i];
    if (i < text.size() && text[i] == '\x1b') --i;
  }
  EXPECT_NE(text, plain);
  std::swap(screen_, coloured);
  add({.app = "chat"});
  screen_.type("j");
  EXPECT_EQ(plain, draw());
}

// --- untrusted text ----------------------------------------------------------

TEST_F(Screen, ReplacesControlCharactersInNames) {
  name_ =
      "\x1b[2J\x1b]0;owned\x07\r\n\u009b"
      "31m\xe0\x82\x9b\xff";
  add({.app = "\x1b[31mred\n"});
  const std::string text = draw();
  const auto lines = split(text, '\n');
  EXPECT_EQ(lines.size(), 24u);
  for (const std::string_view line : lines) {
    EXPECT_EQ(line.size(), 80u) << "only ASCII is left";
    for (const char c : line) {
      EXPECT_TRUE(c >= 0x20 && c < 0x7f) << static_cast<int>(c);
    }
  }
  EXPECT_NE(text.find("?[2J?]0;owned?????~"), std::string::npos) << text;
}

TEST_F(Screen, KeepsAThousandDevicesAndEvictsTheIdlest) {
  for (int i = 0; i < 1500; ++i) {
    add({.device = fmt::format("10.0.{}.{}", i / 250, i % 250), .at = i * 1s});
  }
  add({.device = "10.0.2.0", .at = 1500s});
  const std::string text = draw({80, 5000}, 1500s);
  std::size_t devices = 0;
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with("10.") &&
        line.find(" TCP ") == std::string_view::npos) {
      ++devices;
    }
  }
  EXPECT_EQ(devices, 1000u);
  EXPECT_TRUE(line("10.0.2.0", 1500s).find(" 2    2.4 kB") != std::string::npos)
      << "it was kept, and no device was evicted for it";
  EXPECT_EQ(text.find("10.0.1.249 "), std::string::npos);
}

TEST_F(Screen, KeepsAHundredRecentFlows) {
  for (int i = 0; i < 300; ++i) add({.at = i * 1s});
  const std::string text = draw({80, 1000}, 300s);
  std::size_t recent = 0;
  for (const std::string_view line : split(text, '\n')) {
    if (line.find(" TCP ") != std::string_view::npos) ++recent;
  }
  EXPECT_EQ(recent, 100u);
}

TEST_F(Screen, AcceptsFlowsWithoutVerdict) {
  Flow flow{};
  flow.last = kTestStart;
  flow.device = test_address("192.168.12.100");
  screen_.take({flow, kTestStart, {}, std::nullopt});
  EXPECT_EQ(current_app("192.168.12.100"), "unknown               ");
}

}  // namespace
}  // namespace flowtell
