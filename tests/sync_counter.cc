// SPDX-License-Identifier: Apache-2.0
//
// Loaded before a program (LD_PRELOAD), it logs syncs to the file $SYNC_LOG. A
// line is the path of a synced file, or "-> PATH" after a file was renamed to
// it.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

void note(const std::string& line) {
  const char* log = std::getenv("SYNC_LOG");
  if (log == nullptr) return;
  const int file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  static_cast<void>(!write(file, line.data(), line.size()));
  close(file);
}

int sync_by(long call, int descriptor) {
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  char path[4096];
  const ssize_t size = readlink(link.c_str(), path, sizeof path);
  if (size > 0) {
    note(std::string(path, static_cast<std::size_t>(size)) + '\n');
  }
  return static_cast<int>(syscall(call, descriptor));
}

}  // namespace

extern "C" {

int fsync(int descriptor) { return sync_by(SYS_fsync, descriptor); }

int fdatasync(int descriptor) { return sync_by(SYS_fdatasync, descriptor); }

int syncfs(int descriptor) noexcept { return sync_by(SYS_syncfs, descriptor); }

int rename(const char* from, const char* to) noexcept {
  const int status = renameat(AT_FDCWD, from, AT_FDCWD, to);
  if (status == 0) note(std::string("-> ") + to + '\n');
  return status;
}

}  // extern "C"
