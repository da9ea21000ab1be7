// SPDX-License-Identifier: Apache-2.0
//
// Syncs a growing file to disk in the background, so that a power cut loses no
// more than the last few seconds.
//
// A sync can take seconds on a slow disk and must not block capture, so it runs
// on its own thread. The thread sleeps while nothing is written. The first
// `note_written` starts it, so that privileges can be dropped before. If no
// thread can be started, `note_written` syncs by itself once per interval. One
// thread at a time may call.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result.h"
#include "base/time.h"

namespace flowtell {

class BackgroundSync {
 public:
  // Maximum time from a write to the start of its sync.
  static constexpr Duration kInterval = std::chrono::seconds(5);

  // Same contract as fdatasync(2).
  using Sync = std::function<int(int descriptor)>;

  // REQUIRES: `descriptor` outlives the object.
  explicit BackgroundSync(int descriptor, Duration interval = kInterval,
                          Sync sync = system_sync());
  BackgroundSync(const BackgroundSync&) = delete;
  BackgroundSync& operator=(const BackgroundSync&) = delete;
  ~BackgroundSync();  // syncs pending writes

  // Call after each write. Fails once a sync has failed; the error is only the
  // system's reason.
  Result<void> note_written();

  // Syncs and waits for the disk. Fails like `note_written`.
  Result<void> finish();

 private:
  static Sync system_sync();
  void start();
  void stop();
  void work();
  void sync_now();
  Result<void> status();

  int descriptor_;
  Duration interval_;
  Sync sync_;
  Duration last_sync_{};  // monotonic_now; used without a thread

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  bool is_dirty_ = false;  // written since the last sync began
  bool is_stopping_ = false;
  std::optional<Error> problem_;  // of the first failed sync

  std::thread thread_;
};

}  // namespace flowtell
