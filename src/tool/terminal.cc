// SPDX-License-Identifier: Apache-2.0
#include "tool/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>

#include "tool/console.h"

namespace flowtell {
namespace {

constexpr std::string_view kTakeScreen = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view kGiveScreenBack = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kToTopLeft = "\x1b[H";

std::atomic<const Terminal*> taken = nullptr;

}  // namespace

Terminal::Terminal()
    : unblocked_(::open("/proc/self/fd/1",
                        O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) {}

void Terminal::take() {
  termios settings{};
  if (::tcgetattr(STDIN_FILENO, &settings) == 0) {
    before_ = settings;
    settings.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
    settings.c_cc[VSUSP] = _POSIX_VDISABLE;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &settings);
  }
  left_ = kTakeScreen;
  taken = this;
}

// What is half drawn would swallow the sequence that gives the screen back.
Terminal::~Terminal() {
  if (taken.exchange(nullptr) == nullptr) return;
  constexpr int kMaxWaits = 5;
  for (int i = 0; i < kMaxWaits && !left_.empty() && is_read(descriptor());
       ++i) {
    static_cast<void>(write_some());
  }
  give_back();
}

int Terminal::descriptor() const {
  return unblocked_.get() >= 0 ? unblocked_.get() : STDOUT_FILENO;
}

void Terminal::give_back() const {
  if (before_) {
    ::tcflush(STDIN_FILENO, TCIFLUSH);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &*before_);
  }
  if (is_read(descriptor()))
    static_cast<void>(write_all(descriptor(), kGiveScreenBack));
}

// What the terminal takes at once.
Result<void> Terminal::write_some() {
  while (!left_.empty()) {
    const ssize_t wrote = ::write(descriptor(), left_.data(), left_.size());
    if (wrote < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (wrote < 0) {
      return fail(ErrorKind::kOutput, "cannot write standard output: {}",
                  system_reason());
    }
    left_.erase(0, static_cast<std::size_t>(wrote));
  }
  return {};
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
  if (auto done = write_some(); !done || !left_.empty()) return done;
  left_ = kToTopLeft;
  for (const char c : lines) {
    if (c == '\n') left_ += '\r';
    left_ += c;
  }
  return write_some();
}

}  // namespace flowtell
