// SPDX-License-Identifier: Apache-2.0
#include "tool/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <string>

#include "tool/console.h"

namespace flowtell {
namespace {

constexpr std::string_view kTakeScreen = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view kRestoreScreen = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kCursorHome = "\x1b[H";

std::atomic<const Terminal*> taken_terminal = nullptr;

}  // namespace

Terminal::Terminal()
    : nonblocking_(::open("/proc/self/fd/1",
                          O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) {}

void Terminal::take() {
  termios settings{};
  if (::tcgetattr(STDIN_FILENO, &settings) == 0) {
    saved_ = settings;
    settings.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
    settings.c_cc[VSUSP] = _POSIX_VDISABLE;
    // A read without pending bytes returns at once.
    settings.c_cc[VMIN] = 0;
    settings.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &settings);
  }
  pending_ = kTakeScreen;
  taken_terminal = this;
}

// Finishes a partial drawing first: it would swallow the restore sequence.
Terminal::~Terminal() {
  if (taken_terminal.exchange(nullptr) == nullptr) return;
  constexpr int kMaxWaits = 5;
  for (int i = 0;
       i < kMaxWaits && !pending_.empty() && is_writable_soon(descriptor());
       ++i) {
    static_cast<void>(write_pending());
  }
  restore();
}

int Terminal::descriptor() const {
  return nonblocking_.get() >= 0 ? nonblocking_.get() : STDOUT_FILENO;
}

void Terminal::restore() const {
  if (saved_) {
    ::tcflush(STDIN_FILENO, TCIFLUSH);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &*saved_);
  }
  if (is_writable_soon(descriptor()))
    static_cast<void>(write_all(descriptor(), kRestoreScreen));
}

// Writes as much as the terminal accepts without blocking.
Result<void> Terminal::write_pending() {
  while (!pending_.empty()) {
    const ssize_t wrote =
        ::write(descriptor(), pending_.data(), pending_.size());
    if (wrote < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (wrote < 0) {
      const int error = errno;
      return fail(kind_of_errno(error, ErrorKind::kNotWritable),
                  "cannot write standard output: {}", system_reason(error));
    }
    pending_.erase(0, static_cast<std::size_t>(wrote));
  }
  return {};
}

void Terminal::restore_taken() {
  if (const Terminal* terminal = taken_terminal.exchange(nullptr))
    terminal->restore();
}

bool Terminal::has_colours() {
  // Nothing changes the environment.
  // NOLINTBEGIN(concurrency-mt-unsafe)
  const char* const kind = std::getenv("TERM");
  const char* const refused = std::getenv("NO_COLOR");
  // NOLINTEND(concurrency-mt-unsafe)
  return kind != nullptr && std::string_view(kind) != "dumb" &&
         std::string_view(kind) != "" &&
         (refused == nullptr || *refused == '\0');
}

// A background process that reads its controlling terminal would be stopped.
std::string Terminal::read_keys() {
  if (!saved_) return "";
  const pid_t foreground = ::tcgetpgrp(STDIN_FILENO);
  if (foreground >= 0 && foreground != own_group_) return "";
  std::array<char, 64> bytes;
  const ssize_t count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  return count > 0 ? std::string(bytes.data(), static_cast<std::size_t>(count))
                   : "";
}

ScreenSize Terminal::size() const {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) {
    return {};
  }
  return {size.ws_col, size.ws_row};
}

Result<void> Terminal::show(std::string_view lines) {
  if (auto done = write_pending(); !done || !pending_.empty()) return done;
  pending_ = kCursorHome;
  for (const char c : lines) {
    if (c == '\n') pending_ += '\r';
    pending_ += c;
  }
  return write_pending();
}

}  // namespace flowtell
