// SPDX-License-Identifier: Apache-2.0
#include "tool/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "base/file.h"

namespace flowtell {
namespace {

constexpr std::string_view kTakeScreen = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view kGiveScreenBack = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kToTopLeft = "\x1b[H";

std::atomic<const Terminal*> taken = nullptr;

}  // namespace

Terminal::Terminal() {
  termios settings{};
  if (::tcgetattr(STDIN_FILENO, &settings) == 0) {
    before_ = settings;
    settings.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
    settings.c_cc[VSUSP] = _POSIX_VDISABLE;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &settings);
  }
  static_cast<void>(write_all(STDOUT_FILENO, kTakeScreen));
  taken = this;
}

Terminal::~Terminal() {
  taken = nullptr;
  give_back();
}

void Terminal::give_back() const {
  if (before_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &*before_);
  static_cast<void>(write_all(STDOUT_FILENO, kGiveScreenBack));
}

void Terminal::give_back_at_once() {
  if (const Terminal* terminal = taken.exchange(nullptr)) terminal->give_back();
}

ScreenSize Terminal::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) {
    return {};
  }
  return {size.ws_col, size.ws_row};
}

Result<void> Terminal::show(std::string_view lines) {
  std::string out(kToTopLeft);
  for (const char c : lines) {
    if (c == '\n') out += '\r';
    out += c;
  }
  auto done = write_all(STDOUT_FILENO, out);
  if (!done) {
    return fail("cannot write standard output", std::move(done).error());
  }
  return done;
}

}  // namespace flowtell
