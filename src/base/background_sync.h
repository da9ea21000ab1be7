// SPDX-License-Identifier: Apache-2.0
//
// Sees to it that what is written to a file that grows is on its disk some
// seconds later, so that a power cut costs no more than that.
//
// A sync can take seconds on a slow disk, and nothing that captures frames may
// wait for it. So it runs on a thread of its own, which sleeps while nothing is
// written. The thread starts with the first `note_written`, so that privileges
// can be given up before; where the system has no thread to give, the caller
// syncs when it is due. One thread at a time calls.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"
#include "base/time.h"

namespace flowtell {

class BackgroundSync {
 public:
  // The longest that written bytes wait until their sync begins.
  static constexpr Duration kEvery = std::chrono::seconds(5);

  // As fdatasync(2).
  using Sync = std::function<int(int descriptor)>;

  // The descriptor outlives the object.
  explicit BackgroundSync(int descriptor, Duration every = kEvery,
                          Sync sync = system_sync());
  BackgroundSync(const BackgroundSync&) = delete;
  BackgroundSync& operator=(const BackgroundSync&) = delete;
  ~BackgroundSync();  // syncs what is not yet

  // Something was written. Fails, with the system's reason alone, once a sync
  // has failed.
  Result<void> note_written();

  // Syncs, and waits for the disk. Fails as `note_written`.
  Result<void> finish();

 private:
  static Sync system_sync();
  void start();
  void stop();
  void work();
  void sync_now();
  Result<void> outcome();

  int descriptor_;
  Duration every_;
  Sync sync_;
  Duration synced_{};  // by monotonic_now; of the caller's own syncs

  std::mutex mutex_;
  std::condition_variable changed_;
  // Under the mutex:
  bool is_written_ = false;  // since the last sync began
  bool ends_ = false;
  std::string problem_;  // of the first sync that failed

  std::thread thread_;
};

}  // namespace flowtell
