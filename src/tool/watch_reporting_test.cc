// SPDX-License-Identifier: Apache-2.0
#include "tool/watch_reporting.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "model/model_file.h"
#include "support/live_signals.h"
#include "support/samples.h"
#include "support/standard_files.h"
#include "support/temporary_folder.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

// A watch whose standard output is a pipe to the test.
class WatchReportingTest : public testing::Test {
 protected:
  WatchReportingTest()
      : model_(folder_.put("apps.model", *encode_model(small_model()))) {}

  struct Setup {
    bool on_screen = false;
    bool waits_for_reader = false;
    int threads = 1;
    bool with_metrics = false;
  };
  std::unique_ptr<WatchReporting> reporting(const Setup& setup) {
    WatchReporting::Options options;
    options.title = "a.pcap";
    options.on_screen = setup.on_screen;
    options.waits_for_reader = setup.waits_for_reader;
    options.threads = setup.threads;
    options.with_metrics = setup.with_metrics;
    arguments_.format = "csv";
    arguments_.names = true;
    auto made = WatchReporting::make(
        arguments_, *load_classifier(model_, {}, {}), std::move(options));
    EXPECT_TRUE(made) << made.error().message;
    for (int i = 0; i < setup.threads; ++i) {
      (*made)->reporter(static_cast<std::size_t>(i)).begin_capture(kOrigin);
    }
    return std::move(*made);
  }

  // Adds a burst of `flows` flows with two packets each.
  static void add_burst(WatchReporting& reporting, std::size_t flows,
                        std::size_t thread = 0) {
    std::vector<PacketRecord> packets(2);
    packets[0].time = kTestStart;
    packets[1].time = kTestStart + 20ms;
    packets[1].sent = 1;
    Flow flow{};
    flow.first = kTestStart;
    flow.last = packets[1].time;
    flow.device = test_address("192.168.12.100");
    flow.remote = test_address("203.0.113.5");
    flow.sent = flow.received = {1, 100};
    flow.packets = packets;
    FlowReporter& reporter = reporting.reporter(thread);
    for (std::size_t i = 0; i < flows; ++i) reporter.take(flow);
    reporter.end_burst();
  }

  std::size_t lines_of(std::string_view text) const {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
  }
  // Reads everything available in the pipe.
  std::string read_all() const {
    std::string text;
    while (is_readable(pipe_.reader())) text += read_now(pipe_.reader());
    return text;
  }
  static LiveStatus no_status() { return {}; }

  static inline const std::optional<Timestamp> kOrigin{kTestStart};
  TemporaryFolder folder_;
  std::string model_;
  WriterArguments arguments_;
  TestPipe pipe_;
};

TEST_F(WatchReportingTest, WritesLinesOnRefresh) {
  std::string early;
  std::string late;
  {
    const ReplacedFile output(STDOUT_FILENO, pipe_.writer());
    const auto watch = reporting({});
    watch->begin();
    add_burst(*watch, 3);
    early = read_all();
    static_cast<void>(watch->refresh(no_status));
    late = read_all();
  }
  EXPECT_EQ(early, "");
  EXPECT_EQ(lines_of(late), 4u) << "with its header: " << late;
}

// Otherwise a burst of a hundred thousand flows would be delayed to its end.
TEST_F(WatchReportingTest, WritesManyLinesWithinABurst) {
  std::string early;
  {
    const ReplacedFile output(STDOUT_FILENO, pipe_.writer());
    const auto watch = reporting({});
    watch->begin();
    add_burst(*watch, 1500);
    early = read_all();
  }
  EXPECT_TRUE(early.starts_with("capture,burst,")) << early.substr(0, 80);
}

TEST_F(WatchReportingTest, WritesOnlyOnTheRefreshingThread) {
  std::string early;
  std::string late;
  {
    const ReplacedFile output(STDOUT_FILENO, pipe_.writer());
    const auto watch = reporting({.threads = 2});
    watch->begin();
    add_burst(*watch, 1500, 1);
    add_burst(*watch, 2, 0);
    early = read_all();
    for (int i = 0; i < 10; ++i) {
      static_cast<void>(watch->refresh(no_status));
      late += read_all();
    }
  }
  EXPECT_EQ(early, "");
  EXPECT_EQ(lines_of(late), 1503u);
  EXPECT_TRUE(late.starts_with("capture,burst,")) << "one header for both";
}

TEST_F(WatchReportingTest, CountsDroppedLines) {
  std::uint64_t dropped = 0;
  std::string metrics;
  std::string errors;
  const TestPipe messages;
  {
    const ReplacedFile output(STDOUT_FILENO, pipe_.writer());
    const ReplacedFile error(STDERR_FILENO, messages.writer());
    const auto watch = reporting({.with_metrics = true});
    watch->begin();
    while (watch->dropped_lines() == 0) add_burst(*watch, 5000);
    static_cast<void>(watch->refresh(no_status));
    static_cast<void>(watch->refresh(no_status));
    dropped = watch->dropped_lines();
    metrics = watch->metrics_text({});
    errors = read_now(messages.reader());
  }
  EXPECT_NE(
      metrics.find(fmt::format("\nflowtell_lost_lines_total {}\n", dropped)),
      std::string::npos);
  EXPECT_EQ(errors,
            "flowtell: warning: the reader of the flows is too slow, and lines "
            "are dropped; the summary shows how many\n");
}

TEST_F(WatchReportingTest, CountsFlowsOnlyWithMetrics) {
  const auto counts = [&](bool with_metrics) {
    const ReplacedFile output(STDOUT_FILENO, pipe_.writer());
    const auto watch = reporting({.with_metrics = with_metrics});
    add_burst(*watch, 1);
    return watch->metrics_text({});
  };
  EXPECT_NE(counts(true).find("\nflowtell_flows_total{"), std::string::npos);
  EXPECT_EQ(counts(false).find("\nflowtell_flows_total{"), std::string::npos);
}

// A replay's packets may be years old.
TEST_F(WatchReportingTest, CountsNoDelaysOfAReplay) {
  const auto delays = [&](bool is_replay) {
    const ReplacedFile output(STDOUT_FILENO, pipe_.writer());
    const auto watch =
        reporting({.waits_for_reader = is_replay, .with_metrics = true});
    add_burst(*watch, 3);
    add_burst(*watch, 2);
    add_burst(*watch, 0);
    const std::string text = watch->metrics_text({});
    const std::string_view name = "\nflowtell_verdict_delay_seconds_count ";
    return text.substr(text.find(name) + name.size(), 2);
  };
  EXPECT_EQ(delays(false), "2\n") << "one a burst that has flows";
  EXPECT_EQ(delays(true), "0\n");
}

TEST_F(WatchReportingTest, WritesPendingLinesAtTheEnd) {
  const LiveSignals signals;
  auto waiter = LiveWaiter::make();
  ASSERT_TRUE(waiter);
  bool is_written = false;
  {
    const ReplacedFile output(STDOUT_FILENO, pipe_.writer());
    const auto watch = reporting({.waits_for_reader = true});
    watch->begin();
    add_burst(*watch, 5);
    is_written = watch->end(*waiter, false).has_value();
  }
  EXPECT_TRUE(is_written);
  EXPECT_EQ(lines_of(read_all()), 6u);
}

TEST_F(WatchReportingTest, PrintsNoticesAtOnceWithoutAScreen) {
  const TestPipe messages;
  {
    const ReplacedFile output(STDOUT_FILENO, pipe_.writer());
    const ReplacedFile error(STDERR_FILENO, messages.writer());
    reporting({})->notice("it rains");
  }
  EXPECT_EQ(read_now(messages.reader()), "flowtell: warning: it rains\n");
}

// Notices are drawn on the screen and printed again after it.
TEST_F(WatchReportingTest, RepeatsTheLastNoticesAfterTheScreen) {
  const LiveSignals signals;
  auto waiter = LiveWaiter::make();
  ASSERT_TRUE(waiter);
  const TestTerminal device;
  if (!device.is_there()) GTEST_SKIP() << "there are no terminals here";
  const TestPipe messages;
  std::int64_t drawings = 0;
  std::int64_t max_drawings = 0;
  bool is_done = false;
  {
    const ReplacedFile input(STDIN_FILENO, device.its());
    const ReplacedFile output(STDOUT_FILENO, device.its());
    const ReplacedFile error(STDERR_FILENO, messages.writer());
    ::setenv("NO_COLOR", "1", 1);
    const auto watch = reporting({.on_screen = true});
    watch->begin();
    add_burst(*watch, 1);
    for (int i = 1; i <= 21; ++i) watch->notice(fmt::format("notice {}", i));
    const auto status = [&] {
      ++drawings;
      return LiveStatus{};
    };
    const Duration begin = monotonic_now();
    is_done = true;
    for (int i = 0; i < 9; ++i) is_done = is_done && watch->refresh(status);
    max_drawings = 1 + (monotonic_now() - begin) / WatchReporting::kDrawEvery;
    is_done = is_done && watch->end(*waiter, false);
  }
  const std::string screen = read_until(device.ours(), "\x1b[?1049l");
  std::string expected;
  for (int i = 2; i <= 21; ++i) {
    expected += fmt::format("flowtell: warning: notice {}\n", i);
  }
  EXPECT_TRUE(is_done);
  EXPECT_GE(drawings, 1);
  EXPECT_LE(drawings, max_drawings) << "at most five times a second";
  EXPECT_EQ(read_now(messages.reader()), expected);
  EXPECT_TRUE(
      screen.starts_with("\x1b[?1049h\x1b[?25l\x1b[Hflowtell  a.pcap  "))
      << screen;
  EXPECT_NE(screen.find("\r\n192.168.12.100"), std::string::npos);
  EXPECT_NE(screen.find("notice 21"), std::string::npos);
}

TEST_F(WatchReportingTest, ReplacesTheModel) {
  Model other = small_model();
  other.apps = {"one", "two", "three"};
  const std::string path = folder_.put("other.model", *encode_model(other));
  const UnknownRule never = UnknownRule::never();
  std::string text;
  {
    const ReplacedFile output(STDOUT_FILENO, pipe_.writer());
    const auto watch = reporting({});
    watch->set_classifier(*load_classifier(path, {}, never));
    add_burst(*watch, 1);
    static_cast<void>(watch->refresh(no_status));
    text = read_all();
    EXPECT_EQ(watch->classifier().model().apps, other.apps);
  }
  EXPECT_TRUE(std::ranges::any_of(other.apps, [&](const std::string& app) {
    return text.find(',' + app + ',') != std::string::npos;
  })) << text;
}

}  // namespace
}  // namespace flowtell
