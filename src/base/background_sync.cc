// SPDX-License-Identifier: Apache-2.0
#include "base/background_sync.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace flowtell {

BackgroundSync::Sync BackgroundSync::system_sync() { return ::fdatasync; }

BackgroundSync::BackgroundSync(int descriptor, Duration interval, Sync sync)
    : descriptor_(descriptor),
      interval_(interval),
      sync_(std::move(sync)),
      last_sync_(monotonic_now()) {}

BackgroundSync::~BackgroundSync() {
  stop();
  if (is_dirty_) sync_now();
}

Result<void> BackgroundSync::note_written() {
  if (!thread_.joinable()) start();
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    is_first = !std::exchange(is_dirty_, true);
  }
  if (thread_.joinable()) {
    if (is_first) changed_.notify_all();
  } else if (monotonic_now() - last_sync_ >= interval_) {
    sync_now();
  }
  return status();
}

Result<void> BackgroundSync::finish() {
  stop();
  sync_now();
  return status();
}

void BackgroundSync::start() {
  try {
    thread_ = std::thread([this] { work(); });
  } catch (const std::system_error&) {
    // Without a thread the caller syncs.
  }
}

void BackgroundSync::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  is_stopping_ = false;
}

void BackgroundSync::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return is_dirty_ || is_stopping_; });
    changed_.wait_for(lock, interval_, [&] { return is_stopping_; });
    if (is_stopping_) return;
    lock.unlock();
    sync_now();
    lock.lock();
  }
}

void BackgroundSync::sync_now() {
  {
    const std::lock_guard lock(mutex_);
    is_dirty_ = false;
  }
  int status = 0;
  do {
    status = sync_(descriptor_);
  } while (status != 0 && errno == EINTR);
  last_sync_ = monotonic_now();
  // EINVAL: the descriptor does not support sync (a pipe, a terminal).
  if (status == 0 || errno == EINVAL) return;
  const int error = errno;
  const std::lock_guard lock(mutex_);
  if (problem_) return;
  problem_ = Error{kind_of_errno(error, ErrorKind::kNotWritable),
                   system_reason(error)};
}

Result<void> BackgroundSync::status() {
  const std::lock_guard lock(mutex_);
  if (!problem_) return {};
  return fail(*problem_);
}

}  // namespace flowtell
