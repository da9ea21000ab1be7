// SPDX-License-Identifier: Apache-2.0
//
// Replaces standard input, output and error of this process by other files, for
// code that writes there or checks for a terminal.
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

// Replaces a descriptor during its lifetime, then restores it. Output of the
// test framework in between goes to the other file too.
class ReplacedFile {
 public:
  ReplacedFile(int number, int other)
      : number_(number), saved_(::fcntl(number, F_DUPFD_CLOEXEC, 10)) {
    std::fflush(stdout);
    ::dup2(other, number);
  }
  ReplacedFile(const ReplacedFile&) = delete;
  ReplacedFile& operator=(const ReplacedFile&) = delete;
  ~ReplacedFile() {
    std::fflush(stdout);
    ::dup2(saved_.get(), number_);
  }

 private:
  int number_;
  FileHandle saved_;
};

// Reads until the text ends with `words`; returns all text, also after ten
// seconds without them.
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

// What is readable now, up to one read.
inline std::string read_now(int descriptor) {
  std::array<char, 4096> part{};
  pollfd watched{descriptor, POLLIN, 0};
  if (::poll(&watched, 1, 0) <= 0) return "";
  const ssize_t size = ::read(descriptor, part.data(), part.size());
  return size <= 0 ? ""
                   : std::string(part.data(), static_cast<std::size_t>(size));
}

// Whether data is readable now.
inline bool is_readable(int descriptor) {
  pollfd watched{descriptor, POLLIN, 0};
  return ::poll(&watched, 1, 0) > 0;
}

// A pipe whose read end belongs to the test.
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

// A terminal of 100 columns and 40 rows: output written to `its` end is read at
// `ours`, byte by byte and unchanged.
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

  // False if the system has no terminals to give.
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
