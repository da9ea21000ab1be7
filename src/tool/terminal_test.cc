// SPDX-License-Identifier: Apache-2.0
#include "tool/terminal.h"

#include <gtest/gtest.h>

#include <optional>

#include "support/standard_files.h"

namespace flowtell {
namespace {

const std::string kScreenTaken = "\x1b[?1049h\x1b[?25l";
const std::string kScreenRestored = "\x1b[?25h\x1b[?1049l";
const std::string kTop = "\x1b[H";

class TerminalTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!device_.is_there()) GTEST_SKIP() << "there are no terminals here";
    input_.emplace(STDIN_FILENO, device_.its());
    output_.emplace(STDOUT_FILENO, device_.its());
  }
  // Keeps messages of failed tests off the terminal.
  void restore_standard_files() {
    input_.reset();
    output_.reset();
  }
  void TearDown() override { restore_standard_files(); }

  std::string shown_until(std::string_view text) const {
    return read_until(device_.ours(), text);
  }
  termios settings() const {
    termios settings{};
    ::tcgetattr(device_.its(), &settings);
    return settings;
  }

  TestTerminal device_;
  std::optional<ReplacedFile> input_;
  std::optional<ReplacedFile> output_;
};

TEST_F(TerminalTest, TakesDrawsAndRestoresTheScreen) {
  std::string shown;
  bool is_done = false;
  {
    Terminal terminal;
    terminal.take();
    is_done = terminal.show("one\ntwo") && terminal.show("three");
  }
  shown = shown_until(kScreenRestored);
  restore_standard_files();
  EXPECT_TRUE(is_done);
  EXPECT_EQ(shown, kScreenTaken + kTop + "one\r\ntwo" + kTop + "three" +
                       kScreenRestored);
}

TEST_F(TerminalTest, DoesNotTouchAScreenItDidNotTake) {
  { const Terminal terminal; }
  const bool is_silent = !is_readable(device_.ours());
  restore_standard_files();
  EXPECT_TRUE(is_silent);
}

TEST_F(TerminalTest, DisablesEchoWhileItHasTheScreen) {
  const termios before = settings();
  termios during{};
  {
    Terminal terminal;
    terminal.take();
    during = settings();
  }
  const termios after = settings();
  restore_standard_files();
  EXPECT_EQ(before.c_lflag & (ECHO | ICANON), tcflag_t{ECHO | ICANON});
  EXPECT_EQ(during.c_lflag, before.c_lflag & ~tcflag_t{ECHO | ICANON});
  EXPECT_EQ(during.c_cc[VSUSP], _POSIX_VDISABLE);
  EXPECT_EQ(after.c_lflag, before.c_lflag);
  EXPECT_EQ(after.c_cc[VSUSP], before.c_cc[VSUSP]);
}

TEST_F(TerminalTest, HasTheSizeReportedByTheSystem) {
  const Terminal terminal;
  const ScreenSize own = terminal.size();
  device_.set_size(0, 0);
  const ScreenSize unknown = terminal.size();
  restore_standard_files();
  EXPECT_EQ(own.columns, 100u);
  EXPECT_EQ(own.rows, 40u);
  EXPECT_EQ(unknown.columns, 80u);
  EXPECT_EQ(unknown.rows, 24u);
}

// More than the buffer of a terminal.
const std::string kMuch(1 << 20, 'x');

TEST_F(TerminalTest, NeverBlocksAndSkipsDrawings) {
  std::string shown;
  bool is_done = false;
  {
    Terminal terminal;
    terminal.take();
    is_done = terminal.show(kMuch) && terminal.show("left out");
    const std::size_t expected_size =
        kScreenTaken.size() + kTop.size() + kMuch.size();
    while (is_done && shown.size() < expected_size) {
      shown += read_now(device_.ours());
      is_done = terminal.show("last").has_value();
    }
  }
  shown += shown_until(kScreenRestored);
  restore_standard_files();
  EXPECT_TRUE(is_done);
  EXPECT_TRUE(shown.starts_with(kScreenTaken + kTop + kMuch + kTop + "last"));
  EXPECT_EQ(shown.find("left out"), std::string::npos);
}

// The terminal's end, without blocking writes.
class NonblockingEnd {
 public:
  explicit NonblockingEnd(const TestTerminal& device)
      : device_(device),
        end_(::open("/proc/self/fd/1",
                    O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) {}

  // Reads the terminal's buffer up to a mark written at its end.
  std::string read_all() const {
    std::string text;
    bool is_marked = false;
    while (text.find('M') == std::string::npos) {
      is_marked = is_marked || ::write(end_.get(), "M", 1) == 1;
      text += read_now(device_.ours());
    }
    text.pop_back();
    return text;
  }

  // The size of the terminal's buffer.
  std::size_t room() const {
    while (::write(end_.get(), kMuch.data(), kMuch.size()) > 0) {
    }
    return read_all().size();
  }

 private:
  const TestTerminal& device_;
  FileHandle end_;
};

// A partial drawing would swallow the restore sequence.
TEST_F(TerminalTest, FinishesItsDrawingBeforeRestoring) {
  const NonblockingEnd end(device_);
  const std::string drawing(end.room() * 3 / 2, 'x');
  std::string shown;
  bool is_done = false;
  {
    Terminal terminal;
    terminal.take();
    is_done = terminal.show(drawing).has_value();
    shown = end.read_all();
  }
  const std::size_t half = shown.size();
  shown += shown_until(kScreenRestored);
  restore_standard_files();
  EXPECT_TRUE(is_done);
  EXPECT_LT(half, drawing.size());
  EXPECT_TRUE(shown == kScreenTaken + kTop + drawing + kScreenRestored)
      << shown.size() << " of " << drawing.size();
}

TEST_F(TerminalTest, RestoresTheScreenOnce) {
  {
    Terminal terminal;
    terminal.take();
    static_cast<void>(terminal.show("lines"));
    Terminal::restore_taken();
    Terminal::restore_taken();
  }
  Terminal::restore_taken();
  const std::string shown = shown_until(kScreenRestored);
  const bool is_all = !is_readable(device_.ours());
  restore_standard_files();
  EXPECT_EQ(shown, kScreenTaken + kTop + "lines" + kScreenRestored);
  EXPECT_TRUE(is_all);
}

TEST_F(TerminalTest, ReportsWriteErrors) {
  const FileHandle nothing(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  Result<void> done;
  {
    const ReplacedFile full(STDOUT_FILENO, nothing.get());
    Terminal terminal;
    terminal.take();
    done = terminal.show("lines");
  }
  restore_standard_files();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message,
            "cannot write standard output: No space left on device");
  EXPECT_EQ(done.error().kind, ErrorKind::kResource);
}

}  // namespace
}  // namespace flowtell
