// SPDX-License-Identifier: Apache-2.0
#include "base/background_sync.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace flowtell {
namespace {

using namespace std::chrono_literals;

constexpr int kDescriptor = 77;

// A disk of which a test says how long it takes and what it answers.
class Disk {
 public:
  BackgroundSync::Sync sync() {
    return [this](int descriptor) {
      std::unique_lock lock(mutex_);
      descriptor_ = descriptor;
      thread_ = std::this_thread::get_id();
      ++syncs_;
      changed_.notify_all();
      changed_.wait(lock, [&] { return !is_stuck_; });
      if (problem_ == 0) return 0;
      errno = problem_;
      if (problem_ == EINTR) problem_ = 0;
      return -1;
    };
  }
  void stick(bool is_stuck) {
    const std::lock_guard lock(mutex_);
    is_stuck_ = is_stuck;
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
  bool is_stuck_ = false;
  int problem_ = 0;
  int syncs_ = 0;
  int descriptor_ = -1;
  std::thread::id thread_;
};

TEST(BackgroundSync, SyncsWhatWasWrittenOnAThreadOfItsOwn) {
  Disk disk;
  BackgroundSync sync(kDescriptor, 1ms, disk.sync());
  EXPECT_TRUE(sync.note_written());
  ASSERT_TRUE(disk.wait_for_syncs(1));
  EXPECT_TRUE(sync.note_written());
  ASSERT_TRUE(disk.wait_for_syncs(2));
  EXPECT_TRUE(sync.finish());
  EXPECT_EQ(disk.descriptor(), kDescriptor);
}

TEST(BackgroundSync, NeverKeepsAWriterWaiting) {
  Disk disk;
  disk.stick(true);
  BackgroundSync sync(kDescriptor, 0ms, disk.sync());
  EXPECT_TRUE(sync.note_written());
  ASSERT_TRUE(disk.wait_for_syncs(1));
  EXPECT_NE(disk.thread(), std::this_thread::get_id());
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(sync.note_written());
  EXPECT_EQ(disk.syncs(), 1) << "it is still at the first";
  disk.stick(false);
  ASSERT_TRUE(disk.wait_for_syncs(2)) << "what came meanwhile is synced, too";
  EXPECT_TRUE(sync.finish());
}

TEST(BackgroundSync, LetsWritesGatherForItsInterval) {
  Disk disk;
  BackgroundSync sync(kDescriptor, 1h, disk.sync());
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(sync.note_written());
  EXPECT_EQ(disk.syncs(), 0);
  EXPECT_TRUE(sync.finish()) << "which does not wait for the interval";
  EXPECT_EQ(disk.syncs(), 1);
}

TEST(BackgroundSync, DoesNothingWhileNothingIsWritten) {
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

TEST(BackgroundSync, SyncsAtItsEndWhatNobodyFinished) {
  Disk disk;
  {
    BackgroundSync sync(kDescriptor, 1h, disk.sync());
    EXPECT_TRUE(sync.note_written());
  }
  EXPECT_EQ(disk.syncs(), 1);
}

TEST(BackgroundSync, FinishesWithoutAWriteToo) {
  Disk disk;
  BackgroundSync sync(kDescriptor, 1h, disk.sync());
  EXPECT_TRUE(sync.finish());
  EXPECT_EQ(disk.syncs(), 1);
  EXPECT_EQ(disk.thread(), std::this_thread::get_id());
}

TEST(BackgroundSync, GoesOnAfterItFinished) {
  Disk disk;
  BackgroundSync sync(kDescriptor, 1ms, disk.sync());
  EXPECT_TRUE(sync.note_written());
  EXPECT_TRUE(sync.finish());
  const int before = disk.syncs();
  EXPECT_TRUE(sync.note_written());
  EXPECT_TRUE(disk.wait_for_syncs(before + 1));
}

TEST(BackgroundSync, SaysThatASyncFailed) {
  Disk disk;
  disk.fail_with(EIO);
  BackgroundSync sync(kDescriptor, 1h, disk.sync());
  const auto done = sync.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kOutput);
  EXPECT_EQ(done.error().message, "Input/output error");
  // The kernel says so once; what was lost stays lost.
  disk.fail_with(0);
  EXPECT_FALSE(sync.note_written());
  EXPECT_FALSE(sync.finish());
}

TEST(BackgroundSync, SaysSoAtTheNextWriteWhereItFailedMeanwhile) {
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
  EXPECT_EQ(done.error().message, "No space left on device");
}

TEST(BackgroundSync, PassesOverWhatCannotBeSynced) {
  Disk disk;
  disk.fail_with(EINVAL);
  BackgroundSync sync(kDescriptor, 1h, disk.sync());
  EXPECT_TRUE(sync.finish());
}

TEST(BackgroundSync, TriesAgainAfterASignal) {
  Disk disk;
  disk.fail_with(EINTR);
  BackgroundSync sync(kDescriptor, 1h, disk.sync());
  EXPECT_TRUE(sync.finish());
  EXPECT_EQ(disk.syncs(), 2);
}

TEST(BackgroundSync, AsksTheSystemWhereNothingElseIsSaid) {
  BackgroundSync sync(-1);
  const auto done = sync.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "Bad file descriptor");
  EXPECT_EQ(BackgroundSync::kEvery, 5s) << "as docs/reliability.md says";
}

}  // namespace
}  // namespace flowtell
