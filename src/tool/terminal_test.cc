// SPDX-License-Identifier: Apache-2.0
#include "tool/terminal.h"

#include <gtest/gtest.h>

#include <optional>

#include "support/standard_files.h"

namespace flowtell {
namespace {

const std::string kTaken = "\x1b[?1049h\x1b[?25l";
const std::string kGivenBack = "\x1b[?25h\x1b[?1049l";
const std::string kTop = "\x1b[H";

class TerminalTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!device_.is_there()) GTEST_SKIP() << "there are no terminals here";
    input_.emplace(STDIN_FILENO, device_.its());
    output_.emplace(STDOUT_FILENO, device_.its());
  }
  // What is said of a failed test must not go to the terminal.
  void let_go() {
    input_.reset();
    output_.reset();
  }
  void TearDown() override { let_go(); }

  std::string shown_until(std::string_view words) const {
    return read_until(device_.ours(), words);
  }
  termios settings() const {
    termios settings{};
    ::tcgetattr(device_.its(), &settings);
    return settings;
  }

  TestTerminal device_;
  std::optional<InPlaceOf> input_;
  std::optional<InPlaceOf> output_;
};

TEST_F(TerminalTest, TakesTheScreenDrawsAndGivesItBack) {
  std::string shown;
  bool is_done = false;
  {
    Terminal terminal;
    terminal.take();
    is_done = terminal.show("one\ntwo") && terminal.show("three");
  }
  shown = shown_until(kGivenBack);
  let_go();
  EXPECT_TRUE(is_done);
  EXPECT_EQ(shown, kTaken + kTop + "one\r\ntwo" + kTop + "three" + kGivenBack);
}

TEST_F(TerminalTest, LeavesAScreenAloneThatItDidNotTake) {
  { const Terminal terminal; }
  const bool is_silent = !is_readable(device_.ours());
  let_go();
  EXPECT_TRUE(is_silent);
}

TEST_F(TerminalTest, ShowsNoKeysWhileItHasTheScreen) {
  const termios before = settings();
  termios during{};
  {
    Terminal terminal;
    terminal.take();
    during = settings();
  }
  const termios after = settings();
  let_go();
  EXPECT_EQ(before.c_lflag & (ECHO | ICANON), tcflag_t{ECHO | ICANON});
  EXPECT_EQ(during.c_lflag, before.c_lflag & ~tcflag_t{ECHO | ICANON});
  EXPECT_EQ(during.c_cc[VSUSP], _POSIX_VDISABLE);
  EXPECT_EQ(after.c_lflag, before.c_lflag);
  EXPECT_EQ(after.c_cc[VSUSP], before.c_cc[VSUSP]);
}

TEST_F(TerminalTest, IsAsLargeAsTheSystemSays) {
  const Terminal terminal;
  const ScreenSize own = terminal.size();
  device_.set_size(0, 0);
  const ScreenSize unknown = terminal.size();
  let_go();
  EXPECT_EQ(own.columns, 100u);
  EXPECT_EQ(own.rows, 40u);
  EXPECT_EQ(unknown.columns, 80u);
  EXPECT_EQ(unknown.rows, 24u);
}

// More than a terminal holds of what is not read.
const std::string kMuch(1 << 20, 'x');

TEST_F(TerminalTest, WaitsForNoReaderAndLeavesOutWhatWouldComeMeanwhile) {
  std::string shown;
  bool is_done = false;
  {
    Terminal terminal;
    terminal.take();
    is_done = terminal.show(kMuch) && terminal.show("left out");
    const std::size_t due = kTaken.size() + kTop.size() + kMuch.size();
    while (is_done && shown.size() < due) {
      shown += read_now(device_.ours());
      is_done = terminal.show("last").has_value();
    }
  }
  shown += shown_until(kGivenBack);
  let_go();
  EXPECT_TRUE(is_done);
  EXPECT_TRUE(shown.starts_with(kTaken + kTop + kMuch + kTop + "last"));
  EXPECT_EQ(shown.find("left out"), std::string::npos);
}

// A terminal's own end that refuses what it does not hold.
class RefusingEnd {
 public:
  explicit RefusingEnd(const TestTerminal& device)
      : device_(device),
        end_(::open("/proc/self/fd/1",
                    O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) {}

  // Reads all that the terminal holds, up to a mark behind it.
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

  // How much it holds.
  std::size_t room() const {
    while (::write(end_.get(), kMuch.data(), kMuch.size()) > 0) {
    }
    return read_all().size();
  }

 private:
  const TestTerminal& device_;
  FileHandle end_;
};

// The rest of a drawing would swallow what gives the screen back.
TEST_F(TerminalTest, EndsItsDrawingBeforeItGivesTheScreenBack) {
  const RefusingEnd end(device_);
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
  shown += shown_until(kGivenBack);
  let_go();
  EXPECT_TRUE(is_done);
  EXPECT_LT(half, drawing.size());
  EXPECT_TRUE(shown == kTaken + kTop + drawing + kGivenBack)
      << shown.size() << " of " << drawing.size();
}

TEST_F(TerminalTest, GivesTheScreenBackOnceAndAtOnce) {
  {
    Terminal terminal;
    terminal.take();
    static_cast<void>(terminal.show("lines"));
    Terminal::give_back_at_once();
    Terminal::give_back_at_once();
  }
  Terminal::give_back_at_once();
  const std::string shown = shown_until(kGivenBack);
  const bool is_all = !is_readable(device_.ours());
  let_go();
  EXPECT_EQ(shown, kTaken + kTop + "lines" + kGivenBack);
  EXPECT_TRUE(is_all);
}

TEST_F(TerminalTest, SaysWhyItCannotBeWritten) {
  const FileHandle nothing(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  Result<void> done;
  {
    const InPlaceOf full(STDOUT_FILENO, nothing.get());
    Terminal terminal;
    terminal.take();
    done = terminal.show("lines");
  }
  let_go();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message,
            "cannot write standard output: No space left on device");
  EXPECT_EQ(done.error().kind, ErrorKind::kOutput);
}

}  // namespace
}  // namespace flowtell
