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

// A watch whose standard output is a pipe, read by the test.
class WatchReportingTest : public testing::Test {
 protected:
  WatchReportingTest()
      : model_(folder_.put("apps.model", *encode_model(small_model()))) {}

  struct Asked {
    bool on_screen = false;
    bool waits_for_reader = false;
    int threads = 1;
    bool with_metrics = false;
  };
  std::unique_ptr<WatchReporting> reporting(const Asked& asked) {
    WatchReporting::Options options;
    options.title = "a.pcap";
    options.on_screen = asked.on_screen;
    options.waits_for_reader = asked.waits_for_reader;
    options.threads = asked.threads;
    options.with_metrics = asked.with_metrics;
    arguments_.format = "csv";
    arguments_.names = true;
    auto made = WatchReporting::make(
        arguments_, *ModelInUse::load(model_, {}, {}, asked.threads),
        std::move(options));
    EXPECT_TRUE(made) << made.error().message;
    for (int i = 0; i < asked.threads; ++i) {
      (*made)->reporter(static_cast<std::size_t>(i)).begin_capture(kOrigin);
    }
    return std::move(*made);
  }

  // A burst of so many flows, of two packets each.
  static void tell_burst(WatchReporting& reporting, std::size_t flows,
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
  // What waits at the reader's end.
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

TEST_F(WatchReportingTest, WritesTheLinesOfABurstWhenItIsRefreshed) {
  std::string early;
  std::string late;
  {
    const InPlaceOf output(STDOUT_FILENO, pipe_.writer());
    const auto watch = reporting({});
    watch->begin();
    tell_burst(*watch, 3);
    early = read_all();
    static_cast<void>(watch->refresh(no_status));
    late = read_all();
  }
  EXPECT_EQ(early, "");
  EXPECT_EQ(lines_of(late), 4u) << "with its header: " << late;
}

// Else a burst of a hundred thousand flows would wait for its end.
TEST_F(WatchReportingTest, WritesManyLinesInTheMiddleOfABurst) {
  std::string early;
  {
    const InPlaceOf output(STDOUT_FILENO, pipe_.writer());
    const auto watch = reporting({});
    watch->begin();
    tell_burst(*watch, 1500);
    early = read_all();
  }
  EXPECT_TRUE(early.starts_with("capture,burst,")) << early.substr(0, 80);
}

TEST_F(WatchReportingTest, LeavesWritingToOneOfSeveralThreads) {
  std::string early;
  std::string late;
  {
    const InPlaceOf output(STDOUT_FILENO, pipe_.writer());
    const auto watch = reporting({.threads = 2});
    watch->begin();
    tell_burst(*watch, 1500, 1);
    tell_burst(*watch, 2, 0);
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

TEST_F(WatchReportingTest, CountsTheLinesThatAReaderIsTooSlowFor) {
  std::uint64_t dropped = 0;
  std::string metrics;
  std::string said;
  const TestPipe messages;
  {
    const InPlaceOf output(STDOUT_FILENO, pipe_.writer());
    const InPlaceOf error(STDERR_FILENO, messages.writer());
    const auto watch = reporting({.with_metrics = true});
    watch->begin();
    while (watch->dropped_lines() == 0) tell_burst(*watch, 5000);
    static_cast<void>(watch->refresh(no_status));
    static_cast<void>(watch->refresh(no_status));
    dropped = watch->dropped_lines();
    metrics = watch->metrics_text({});
    said = read_now(messages.reader());
  }
  EXPECT_NE(
      metrics.find(fmt::format("\nflowtell_lost_lines_total {}\n", dropped)),
      std::string::npos);
  EXPECT_EQ(said,
            "flowtell: warning: the reader of the flows is too slow, and some "
            "are not written; the end says how many\n");
}

TEST_F(WatchReportingTest, CountsFlowsOnlyWhereMetricsAreWanted) {
  const auto counts = [&](bool with_metrics) {
    const InPlaceOf output(STDOUT_FILENO, pipe_.writer());
    const auto watch = reporting({.with_metrics = with_metrics});
    tell_burst(*watch, 1);
    return watch->metrics_text({});
  };
  EXPECT_NE(counts(true).find("\nflowtell_flows_total{"), std::string::npos);
  EXPECT_EQ(counts(false).find("\nflowtell_flows_total{"), std::string::npos);
}

// Verdicts of a capture that is played come years after its packets.
TEST_F(WatchReportingTest, CountsNoDelaysOfACaptureThatIsPlayed) {
  const auto delays = [&](bool is_played) {
    const InPlaceOf output(STDOUT_FILENO, pipe_.writer());
    const auto watch =
        reporting({.waits_for_reader = is_played, .with_metrics = true});
    tell_burst(*watch, 3);
    tell_burst(*watch, 2);
    tell_burst(*watch, 0);
    const std::string text = watch->metrics_text({});
    const std::string_view name = "\nflowtell_verdict_delay_seconds_count ";
    return text.substr(text.find(name) + name.size(), 2);
  };
  EXPECT_EQ(delays(false), "2\n") << "one a burst that has flows";
  EXPECT_EQ(delays(true), "0\n");
}

TEST_F(WatchReportingTest, WritesAllThatWaitsAtTheEnd) {
  const LiveSignals signals;
  auto waiter = LiveWaiter::make();
  ASSERT_TRUE(waiter);
  bool is_written = false;
  {
    const InPlaceOf output(STDOUT_FILENO, pipe_.writer());
    const auto watch = reporting({.waits_for_reader = true});
    watch->begin();
    tell_burst(*watch, 5);
    is_written = watch->end(*waiter, false).has_value();
  }
  EXPECT_TRUE(is_written);
  EXPECT_EQ(lines_of(read_all()), 6u);
}

TEST_F(WatchReportingTest, SaysNoticesAtOnceWhereThereIsNoScreen) {
  const TestPipe messages;
  {
    const InPlaceOf output(STDOUT_FILENO, pipe_.writer());
    const InPlaceOf error(STDERR_FILENO, messages.writer());
    reporting({})->notice("it rains");
  }
  EXPECT_EQ(read_now(messages.reader()), "flowtell: warning: it rains\n");
}

// On a screen notices are drawn, and said once more when it is gone.
TEST_F(WatchReportingTest, KeepsTheLastNoticesForWhenItsScreenIsGone) {
  const LiveSignals signals;
  auto waiter = LiveWaiter::make();
  ASSERT_TRUE(waiter);
  const TestTerminal device;
  if (!device.is_there()) GTEST_SKIP() << "there are no terminals here";
  const TestPipe messages;
  std::int64_t asked = 0;
  std::int64_t most = 0;
  bool is_done = false;
  {
    const InPlaceOf input(STDIN_FILENO, device.its());
    const InPlaceOf output(STDOUT_FILENO, device.its());
    const InPlaceOf error(STDERR_FILENO, messages.writer());
    const auto watch = reporting({.on_screen = true});
    watch->begin();
    tell_burst(*watch, 1);
    for (int i = 1; i <= 21; ++i) watch->notice(fmt::format("notice {}", i));
    const auto status = [&] {
      ++asked;
      return LiveStatus{};
    };
    const Duration begin = monotonic_now();
    is_done = true;
    for (int i = 0; i < 9; ++i) is_done = is_done && watch->refresh(status);
    most = 1 + (monotonic_now() - begin) / WatchReporting::kDrawEvery;
    is_done = is_done && watch->end(*waiter, false);
  }
  const std::string screen = read_until(device.ours(), "\x1b[?1049l");
  std::string due;
  for (int i = 2; i <= 21; ++i) {
    due += fmt::format("flowtell: warning: notice {}\n", i);
  }
  EXPECT_TRUE(is_done);
  EXPECT_GE(asked, 1);
  EXPECT_LE(asked, most) << "it is drawn five times a second at most";
  EXPECT_EQ(read_now(messages.reader()), due);
  EXPECT_TRUE(
      screen.starts_with("\x1b[?1049h\x1b[?25l\x1b[Hflowtell  a.pcap  "))
      << screen;
  EXPECT_NE(screen.find("\r\n192.168.12.100"), std::string::npos);
  EXPECT_NE(screen.find("notice 21"), std::string::npos);
}

TEST_F(WatchReportingTest, GoesOnWithAnotherModel) {
  Model other = small_model();
  other.apps = {"one", "two", "three"};
  const std::string path = folder_.put("other.model", *encode_model(other));
  const UnknownRule never{0, 0};
  std::string text;
  {
    const InPlaceOf output(STDOUT_FILENO, pipe_.writer());
    const auto watch = reporting({});
    watch->use(*ModelInUse::load(path, {}, never, 1));
    tell_burst(*watch, 1);
    static_cast<void>(watch->refresh(no_status));
    text = read_all();
    EXPECT_EQ(watch->model().apps, other.apps);
  }
  EXPECT_TRUE(std::ranges::any_of(other.apps, [&](const std::string& app) {
    return text.find(',' + app + ',') != std::string::npos;
  })) << text;
}

TEST_F(WatchReportingTest, NamesAModelThatItCannotUse) {
  const auto absent = ModelInUse::load(folder_ / "none", {}, {}, 1);
  ASSERT_FALSE(absent);
  EXPECT_NE(absent.error().message.find(folder_ / "none"), std::string::npos);
}

}  // namespace
}  // namespace flowtell
