// SPDX-License-Identifier: Apache-2.0
//
// Counts what is forced to the disk: a library for LD_PRELOAD that appends the
// path of each file given to fsync() or fdatasync(), a line each, to the file
// that SYNC_LOG names. Without it in a test, a lost fsync is not seen: only a
// crash of the system tells the difference.
#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace {

std::string path_of(int descriptor) {
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  std::string path(PATH_MAX, '\0');
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  path.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return path;
}

void log_sync(int descriptor) {
  const char* log = std::getenv("SYNC_LOG");
  if (log == nullptr) return;
  const std::string line = path_of(descriptor) + '\n';
  const int file = ::open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return;
  if (::write(file, line.data(), line.size()) < 0) ::abort();
  ::close(file);
}

}  // namespace

extern "C" int fsync(int descriptor) {
  log_sync(descriptor);
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

extern "C" int fdatasync(int descriptor) {
  log_sync(descriptor);
  return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}
