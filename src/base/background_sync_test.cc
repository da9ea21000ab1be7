// SPDX-License-Identifier: Apache-2.0
#include "base/background_sync.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace flowtell {
namespace {

using namespace std::chrono_literals;

constexpr int kDescriptor = 77;

// A simulated disk whose delay and result the test controls.
class Disk {
 public:
  BackgroundSync::Sync sync() {
    return [this](int descriptor) {
      std::unique_lock lock(mutex_);
      descriptor_ = descriptor;
      thread_ = std::this_thread::get_id();
      ++syncs_;
      changed_.notify_all();
      changed_.wait(lock, [&] { return !is_blocked_; });
      if (problem_ == 0) return 0;
      errno = problem_;
      if (problem_ == EINTR) problem_ = 0;
      return -1;
    };
  }
  void block(bool is_blocked) {
    const std::lock_guard lock(mutex_);
    is_blocked_ = is_blocked;
    changed_.notify_all();
  }
  void fail_with(int problem) {
    const std::lock_guard lock(mutex_);
    problem_ = problem;
  }
  int syncs() {
    const std::lock_guard lock(mutex_);
    return syncs_;
  }
  bool wait_for_syncs(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 30s, [&] { return syncs_ >= count; });
  }
  int descriptor() const { return descriptor_; }
  std::thread::id thread() const { return thread_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_blocked_ = false;
  int problem_ = 0;
  int syncs_ = 0;
  int descriptor_ = -1;
  std::thread::id thread_;
};

// Threads cannot start while it exists: their stack exceeds the address space.
class NoNewThreads {
 public:
  NoNewThreads() {
    EXPECT_EQ(::pthread_getattr_default_np(&usual_), 0);
    pthread_attr_t huge;
    EXPECT_EQ(::pthread_getattr_default_np(&huge), 0);
    EXPECT_EQ(::pthread_attr_setstacksize(&huge, SIZE_MAX / 4 * 3), 0);
    EXPECT_EQ(::pthread_setattr_default_np(&huge), 0);
    ::pthread_attr_destroy(&huge);
  }
  NoNewThreads(const NoNewThreads&) = delete;
  NoNewThreads& operator=(const NoNewThreads&) = delete;
  ~NoNewThreads() {
    EXPECT_EQ(::pthread_setattr_default_np(&usual_), 0);
    ::pthread_attr_destroy(&usual_);
  }

 private:
  pthread_attr_t usual_;
};

TEST(BackgroundSync, SyncsOnItsOwnThread) {
  Disk disk;
  BackgroundSync sync(kDescriptor, 1ms, disk.sync());
  EXPECT_TRUE(sync.note_written());
  ASSERT_TRUE(disk.wait_for_syncs(1));
  EXPECT_TRUE(sync.note_written());
  ASSERT_TRUE(disk.wait_for_syncs(2));
  EXPECT_TRUE(sync.finish());
  EXPECT_EQ(disk.descriptor(), kDescriptor);
}

TEST(BackgroundSync, NeverBlocksAWriter) {
  Disk disk;
  disk.block(true);
  BackgroundSync sync(kDescriptor, 0ms, disk.sync());
  EXPECT_TRUE(sync.note_written());
  ASSERT_TRUE(disk.wait_for_syncs(1));
  EXPECT_NE(disk.thread(), std::this_thread::get_id());
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(sync.note_written());
  EXPECT_EQ(disk.syncs(), 1) << "the first sync is still running";
  disk.block(false);
  ASSERT_TRUE(disk.wait_for_syncs(2)) << "later writes are synced, too";
  EXPECT_TRUE(sync.finish());
}

TEST(BackgroundSync, BatchesWritesForItsInterval) {
  Disk disk;
  BackgroundSync sync(kDescriptor, 1h, disk.sync());
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(sync.note_written());
  EXPECT_EQ(disk.syncs(), 0);
  EXPECT_TRUE(sync.finish()) << "without waiting for the interval";
  EXPECT_EQ(disk.syncs(), 1);
}

TEST(BackgroundSync, SyncsOncePerIntervalWithoutAThread) {
  const NoNewThreads none;
  Disk disk;
  BackgroundSync often(kDescriptor, 0ms, disk.sync());
  EXPECT_TRUE(often.note_written());
  EXPECT_EQ(disk.syncs(), 1);
  EXPECT_EQ(disk.thread(), std::this_thread::get_id());
  BackgroundSync rarely(kDescriptor, 1h, disk.sync());
  EXPECT_TRUE(rarely.note_written());
  EXPECT_EQ(disk.syncs(), 1);
}

TEST(BackgroundSync, IsIdleWithoutWrites) {
  Disk disk;
  {
    BackgroundSync sync(kDescriptor, 0ms, disk.sync());
    EXPECT_TRUE(sync.note_written());
    ASSERT_TRUE(disk.wait_for_syncs(1));
  }
  EXPECT_EQ(disk.syncs(), 1);
  { const BackgroundSync unused(kDescriptor, 0ms, disk.sync()); }
  EXPECT_EQ(disk.syncs(), 1);
}

TEST(BackgroundSync, SyncsUnfinishedWritesOnDestruction) {
  Disk disk;
  {
    BackgroundSync sync(kDescriptor, 1h, disk.sync());
    EXPECT_TRUE(sync.note_written());
  }
  EXPECT_EQ(disk.syncs(), 1);
}

TEST(BackgroundSync, FinishSyncsEvenWithoutAWrite) {
  Disk disk;
  BackgroundSync sync(kDescriptor, 1h, disk.sync());
  EXPECT_TRUE(sync.finish());
  EXPECT_EQ(disk.syncs(), 1);
  EXPECT_EQ(disk.thread(), std::this_thread::get_id());
}

TEST(BackgroundSync, CanBeUsedAfterFinish) {
  Disk disk;
  BackgroundSync sync(kDescriptor, 1ms, disk.sync());
  EXPECT_TRUE(sync.note_written());
  EXPECT_TRUE(sync.finish());
  const int before = disk.syncs();
  EXPECT_TRUE(sync.note_written());
  EXPECT_TRUE(disk.wait_for_syncs(before + 1));
}

TEST(BackgroundSync, ReportsAFailedSync) {
  Disk disk;
  disk.fail_with(EIO);
  BackgroundSync sync(kDescriptor, 1h, disk.sync());
  const auto done = sync.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kNotWritable);
  EXPECT_EQ(done.error().message, "Input/output error");
  // The kernel reports an error only once; the data stays lost.
  disk.fail_with(0);
  EXPECT_FALSE(sync.note_written());
  EXPECT_FALSE(sync.finish());
}

TEST(BackgroundSync, ReportsABackgroundFailureAtTheNextWrite) {
  Disk disk;
  disk.fail_with(ENOSPC);
  BackgroundSync sync(kDescriptor, 0ms, disk.sync());
  static_cast<void>(sync.note_written());
  ASSERT_TRUE(disk.wait_for_syncs(1));
  Result<void> done;
  for (int i = 0; i < 30'000 && done; ++i) {
    done = sync.note_written();
    std::this_thread::sleep_for(1ms);
  }
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kResource);
  EXPECT_EQ(done.error().message, "No space left on device");
}

TEST(BackgroundSync, IgnoresDescriptorsThatCannotBeSynced) {
  Disk disk;
  disk.fail_with(EINVAL);
  BackgroundSync sync(kDescriptor, 1h, disk.sync());
  EXPECT_TRUE(sync.finish());
}

TEST(BackgroundSync, RetriesAfterASignal) {
  Disk disk;
  disk.fail_with(EINTR);
  BackgroundSync sync(kDescriptor, 1h, disk.sync());
  EXPECT_TRUE(sync.finish());
  EXPECT_EQ(disk.syncs(), 2);
}

TEST(BackgroundSync, UsesFdatasyncEveryFiveSecondsByDefault) {
  BackgroundSync sync(-1);
  const auto done = sync.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "Bad file descriptor");
  EXPECT_EQ(BackgroundSync::kInterval, 5s) << "see docs/reliability.md";
}

}  // namespace
}  // namespace flowtell
