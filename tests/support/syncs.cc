// SPDX-License-Identifier: Apache-2.0
#include "support/syncs.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

namespace flowtell {
namespace {

std::atomic<Syncs*> active{nullptr};

int sync_by(long call, int descriptor) {
  if (Syncs* const syncs = active) {
    if (const int reason = syncs->note(descriptor); reason != 0) {
      errno = reason;
      return -1;
    }
  }
  return static_cast<int>(::syscall(call, descriptor));
}

}  // namespace

Syncs::Syncs() { active = this; }
Syncs::~Syncs() { active = nullptr; }

int Syncs::note(int descriptor) {
  struct stat status {};
  const std::lock_guard lock(mutex_);
  if (::fstat(descriptor, &status) == 0) {
    all_.emplace_back(status.st_dev, status.st_ino);
  }
  return reason_;
}

int Syncs::of(const std::string& path) const {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return 0;
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::count(all_.begin(), all_.end(),
                                     std::pair(status.st_dev, status.st_ino)));
}

void Syncs::fail_with(int reason) {
  const std::lock_guard lock(mutex_);
  reason_ = reason;
}

}  // namespace flowtell

// These replace the C library's functions.
extern "C" int fsync(int descriptor) {
  return flowtell::sync_by(SYS_fsync, descriptor);
}
extern "C" int fdatasync(int descriptor) {
  return flowtell::sync_by(SYS_fdatasync, descriptor);
}
