// SPDX-License-Identifier: Apache-2.0
#include "live/line_spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace flowtell {
namespace {

// A writable pipe accepts this much without blocking.
constexpr std::size_t kPiece = PIPE_BUF;

// Opens the file again: blocking is a property of the open file, which other
// processes may share. Fails for sockets and other users' pipes.
FileHandle open_unblocked(int descriptor, mode_t mode) {
  if (!S_ISFIFO(mode) && !S_ISCHR(mode)) return {};
  const std::string path = fmt::format("/proc/self/fd/{}", descriptor);
  return FileHandle(
      ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

std::uint64_t lines_in(std::string_view text) {
  std::uint64_t lines = 0;
  char before = '\n';
  for (const char c : text) {
    if (c == '\n' && before != '\n') ++lines;
    before = c;
  }
  return lines;
}

}  // namespace

LineSpool::LineSpool(int descriptor, std::size_t room)
    : descriptor_(descriptor), room_(room) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return;
  is_file_ = S_ISREG(status.st_mode);
  is_socket_ = S_ISSOCK(status.st_mode);
  unblocked_ = open_unblocked(descriptor, status.st_mode);
}

void LineSpool::add(std::string_view lines) {
  const std::lock_guard lock(mutex_);
  const std::size_t room = room_ - std::min<std::size_t>(held_, room_);
  std::size_t fitting = lines.size();
  if (fitting > room) fitting = lines.substr(0, room).rfind('\n') + 1;
  added_ += lines.substr(0, fitting);
  held_ += fitting;
  dropped_ += lines_in(lines.substr(fitting));
}

Result<void> LineSpool::write_some() {
  while (fetch() && is_writable(Duration{})) {
    const std::string_view left = std::string_view(writing_).substr(written_);
    const auto accepted = put(left.substr(0, is_file_ ? left.npos : kPiece));
    if (!accepted) return fail(accepted.error());
    if (*accepted == 0) return {};
    written_ += *accepted;
    bytes_written_ += *accepted;
    held_ -= *accepted;
  }
  return {};
}

Result<void> LineSpool::finish(Duration timeout) {
  const Duration end = monotonic_now() + timeout;
  while (fetch() && is_writable(std::max(end - monotonic_now(), Duration{}))) {
    if (auto done = write_some(); !done) return done;
  }
  // A partly written line counts as dropped too.
  dropped_ += lines_in(std::string_view(writing_).substr(written_));
  const std::lock_guard lock(mutex_);
  dropped_ += lines_in(added_);
  writing_.clear();
  added_.clear();
  written_ = 0;
  held_ = 0;
  return {};
}

int LineSpool::pending_descriptor() const {
  if (held_ == 0) return -1;
  return unblocked_.get() >= 0 ? unblocked_.get() : descriptor_;
}

// Returns whether there is anything to write.
bool LineSpool::fetch() {
  if (written_ < writing_.size()) return true;
  writing_.clear();
  written_ = 0;
  const std::lock_guard lock(mutex_);
  std::swap(writing_, added_);
  return !writing_.empty();
}

// Also true after an error, which the write then reports.
bool LineSpool::is_writable(Duration timeout) const {
  pollfd watched{pending_descriptor(), POLLOUT, 0};
  const auto limit =
      std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return ::poll(&watched, 1,
                static_cast<int>(std::min<std::int64_t>(limit, INT_MAX))) > 0;
}

// Returns how much was accepted; 0 if the write would block.
Result<std::size_t> LineSpool::put(std::string_view bytes) const {
  const int to = pending_descriptor();
  const ssize_t count = is_socket_ ? ::send(to, bytes.data(), bytes.size(),
                                            MSG_DONTWAIT | MSG_NOSIGNAL)
                                   : ::write(to, bytes.data(), bytes.size());
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
    return std::size_t{0};
  }
  const int error = errno;
  return fail(kind_of_errno(error, ErrorKind::kNotWritable), "{}",
              system_reason(error));
}

}  // namespace flowtell
