// SPDX-License-Identifier: Apache-2.0
#include "base/background_sync.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace flowtell {

BackgroundSync::Sync BackgroundSync::system_sync() { return ::fdatasync; }

BackgroundSync::BackgroundSync(int descriptor, Duration every, Sync sync)
    : descriptor_(descriptor),
      every_(every),
      sync_(std::move(sync)),
      synced_(monotonic_now()) {}

BackgroundSync::~BackgroundSync() {
  stop();
  if (is_written_) sync_now();
}

Result<void> BackgroundSync::note_written() {
  if (!thread_.joinable()) start();
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    is_first = !std::exchange(is_written_, true);
  }
  if (thread_.joinable()) {
    if (is_first) changed_.notify_all();
  } else if (monotonic_now() - synced_ >= every_) {
    sync_now();
  }
  return outcome();
}

Result<void> BackgroundSync::finish() {
  stop();
  sync_now();
  return outcome();
}

void BackgroundSync::start() {
  try {
    thread_ = std::thread([this] { work(); });
  } catch (const std::system_error&) {
    // Then the caller syncs.
  }
}

void BackgroundSync::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
  ends_ = false;
}

void BackgroundSync::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return is_written_ || ends_; });
    changed_.wait_for(lock, every_, [&] { return ends_; });
    if (ends_) return;
    lock.unlock();
    sync_now();
    lock.lock();
  }
}

void BackgroundSync::sync_now() {
  {
    const std::lock_guard lock(mutex_);
    is_written_ = false;
  }
  int status = 0;
  do {
    status = sync_(descriptor_);
  } while (status != 0 && errno == EINTR);
  synced_ = monotonic_now();
  // Of what is on no disk there is nothing to sync.
  if (status == 0 || errno == EINVAL) return;
  const std::string reason = system_reason();
  const std::lock_guard lock(mutex_);
  if (problem_.empty()) problem_ = reason;
}

Result<void> BackgroundSync::outcome() {
  const std::lock_guard lock(mutex_);
  if (problem_.empty()) return {};
  return fail(ErrorKind::kOutput, "{}", problem_);
}

}  // namespace flowtell
