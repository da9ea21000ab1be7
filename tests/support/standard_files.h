// SPDX-License-Identifier: Apache-2.0
//
// Puts other files in the place of this process's standard input, output and
// error, for code that writes there or asks whether there is a terminal.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/file.h"

namespace flowtell {

// In the place of a descriptor until it ends; then the file before is back.
// What a test framework prints meanwhile goes to the other file too.
class InPlaceOf {
 public:
  InPlaceOf(int number, int other)
      : number_(number), before_(::fcntl(number, F_DUPFD_CLOEXEC, 10)) {
    std::fflush(stdout);
    ::dup2(other, number);
  }
  InPlaceOf(const InPlaceOf&) = delete;
  InPlaceOf& operator=(const InPlaceOf&) = delete;
  ~InPlaceOf() {
    std::fflush(stdout);
    ::dup2(before_.get(), number_);
  }

 private:
  int number_;
  FileHandle before_;
};

// Reads what comes until it ends with the words; gives all that came, also
// where they do not come within ten seconds.
inline std::string read_until(int descriptor, std::string_view words) {
  constexpr int kMilliseconds = 10'000;
  std::string text;
  std::array<char, 4096> part{};
  while (!text.ends_with(words)) {
    pollfd watched{descriptor, POLLIN, 0};
    if (::poll(&watched, 1, kMilliseconds) <= 0) break;
    const ssize_t size = ::read(descriptor, part.data(), part.size());
    if (size <= 0) break;
    text.append(part.data(), static_cast<std::size_t>(size));
  }
  return text;
}

// What can be read there now, as far as one call gets it.
inline std::string read_now(int descriptor) {
  std::array<char, 4096> part{};
  pollfd watched{descriptor, POLLIN, 0};
  if (::poll(&watched, 1, 0) <= 0) return "";
  const ssize_t size = ::read(descriptor, part.data(), part.size());
  return size <= 0 ? ""
                   : std::string(part.data(), static_cast<std::size_t>(size));
}

// Whether anything can be read there now.
inline bool is_readable(int descriptor) {
  pollfd watched{descriptor, POLLIN, 0};
  return ::poll(&watched, 1, 0) > 0;
}

// A pipe whose reader is the test.
class TestPipe {
 public:
  TestPipe() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) == 0) {
      reader_ = FileHandle(ends[0]);
      writer_ = FileHandle(ends[1]);
    }
  }
  int reader() const { return reader_.get(); }
  int writer() const { return writer_.get(); }

 private:
  FileHandle reader_;
  FileHandle writer_;
};

// A terminal of 100 columns and 40 rows: what programs write to `its` end can
// be read at `ours`, byte by byte as it is.
class TestTerminal {
 public:
  TestTerminal() : ours_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (::grantpt(ours()) != 0 || ::unlockpt(ours()) != 0) return;
    std::array<char, 128> name{};
    if (::ptsname_r(ours(), name.data(), name.size()) != 0) return;
    its_ = FileHandle(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    termios settings{};
    ::tcgetattr(its(), &settings);
    settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    ::tcsetattr(its(), TCSANOW, &settings);
    set_size(100, 40);
  }

  // Not where the system gives no terminals.
  bool is_there() const { return its_.get() >= 0; }
  int ours() const { return ours_.get(); }
  int its() const { return its_.get(); }

  void set_size(unsigned short columns, unsigned short rows) const {
    winsize size{};
    size.ws_col = columns;
    size.ws_row = rows;
    ::ioctl(ours(), TIOCSWINSZ, &size);
  }

 private:
  FileHandle ours_;
  FileHandle its_;
};

}  // namespace flowtell
