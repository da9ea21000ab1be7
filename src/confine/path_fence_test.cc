// SPDX-License-Identifier: Apache-2.0
//
// A Landlock restriction cannot be lifted, so each attempt runs in its own
// process.
#include "confine/path_fence.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>

#include "base/file.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

constexpr int kNotFenced = 200;
constexpr int kDidNotExit = 201;
constexpr long kFirstWithTruncate = 3;

long landlock_version() {
  return ::syscall(SYS_landlock_create_ruleset, nullptr, 0,
                   LANDLOCK_CREATE_RULESET_VERSION);
}

class PathFenceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (landlock_version() < 1) {
      GTEST_SKIP() << "this kernel has no Landlock";
    }
  }

  // The errno of an attempt behind the fence; 0 for success.
  int attempt(const std::function<long()>& call) const {
    const pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      if (!fence_paths(fence_)) ::_exit(kNotFenced);
      ::_exit(call() < 0 ? errno : 0);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child) return kDidNotExit;
    return WIFEXITED(status) ? WEXITSTATUS(status) : kDidNotExit;
  }
  int open(const std::string& path, int flags) const {
    return attempt([&] { return ::open(path.c_str(), flags, 0600); });
  }
  int truncate(const std::string& path) const {
    return attempt([&] { return ::truncate(path.c_str(), 1); });
  }

  TemporaryFolder folder_;
  std::string in_ = folder_.put("in/there", "text");
  std::string below_ = folder_.put("in/deep/below", "text");
  std::string out_ = folder_.put("out/there", "text");
  PathFence fence_;
};

TEST_F(PathFenceTest, ForbidsAllFilesWithoutPaths) {
  for (const std::string& path : {in_, out_}) {
    EXPECT_EQ(open(path, O_RDONLY), EACCES);
    EXPECT_EQ(open(path, O_WRONLY), EACCES);
  }
  EXPECT_EQ(open(folder_ / "new", O_WRONLY | O_CREAT), EACCES);
}

TEST_F(PathFenceTest, ReadableFilesCannotBeWritten) {
  fence_.readable = {in_};
  EXPECT_EQ(open(in_, O_RDONLY), 0);
  EXPECT_EQ(open(below_, O_RDONLY), 0) << "whole folders are readable";
  EXPECT_EQ(open(out_, O_RDONLY), EACCES);
  for (const int flags : {O_WRONLY, O_RDWR, O_WRONLY | O_APPEND}) {
    EXPECT_EQ(open(in_, flags), EACCES);
  }
  EXPECT_EQ(open(folder_ / "in/new", O_WRONLY | O_CREAT), EACCES);
  EXPECT_EQ(attempt([&] { return ::unlink(in_.c_str()); }), EACCES);
}

TEST_F(PathFenceTest, AllowsTheFoldersOfALinkAndItsTarget) {
  std::filesystem::create_symlink(out_, folder_ / "in/link");
  fence_.readable = {folder_ / "in/link"};
  EXPECT_EQ(open(folder_ / "in/link", O_RDONLY), 0);
  EXPECT_EQ(open(in_, O_RDONLY), 0);
  EXPECT_EQ(open(out_, O_RDONLY), 0);
  EXPECT_EQ(open(folder_.put("other/there", ""), O_RDONLY), EACCES);
}

TEST_F(PathFenceTest, IgnoresAnAbsentFolder) {
  fence_.readable = {folder_ / "absent/file", in_};
  EXPECT_EQ(open(in_, O_RDONLY), 0);
  EXPECT_EQ(open(out_, O_RDONLY), EACCES);
}

TEST_F(PathFenceTest, AllowsChangesBelowTheWritableFolder) {
  fence_.writable = folder_ / "in";
  EXPECT_EQ(open(folder_ / "in/new", O_WRONLY | O_CREAT), 0);
  EXPECT_EQ(open(in_, O_RDWR), 0);
  EXPECT_EQ(open(below_, O_WRONLY), 0);
  EXPECT_EQ(open(folder_ / "in", O_RDONLY | O_DIRECTORY), 0) << "to sync it";
  EXPECT_EQ(attempt([&] { return ::unlink(below_.c_str()); }), 0);
  EXPECT_EQ(open(out_, O_RDONLY), EACCES);
  EXPECT_EQ(open(out_, O_WRONLY), EACCES);
  EXPECT_EQ(open(folder_ / "out/new", O_WRONLY | O_CREAT), EACCES);
  EXPECT_EQ(attempt([&] { return ::unlink(out_.c_str()); }), EACCES);
}

TEST_F(PathFenceTest, AllowsCreatingOnlyRegularFiles) {
  fence_.writable = folder_ / "in";
  const std::string at = folder_ / "in/new";
  EXPECT_EQ(attempt([&] { return ::mkdir(at.c_str(), 0700); }), EACCES);
  EXPECT_EQ(attempt([&] { return ::symlink("there", at.c_str()); }), EACCES);
  EXPECT_EQ(attempt([&] { return ::mkfifo(at.c_str(), 0600); }), EACCES);
  EXPECT_EQ(attempt([&] { return ::rmdir((folder_ / "in/deep").c_str()); }),
            EACCES);
}

// Truncating is a right of its own: truncate(2) opens no file, and O_TRUNC
// works with O_RDONLY.
TEST_F(PathFenceTest, ForbidsTruncationElsewhere) {
  if (landlock_version() < kFirstWithTruncate) {
    GTEST_SKIP() << "this kernel's Landlock cannot restrict truncation";
  }
  EXPECT_EQ(truncate(in_), EACCES) << "without any path";
  fence_.readable = {in_};
  EXPECT_EQ(truncate(in_), EACCES);
  EXPECT_EQ(truncate(out_), EACCES);
  EXPECT_EQ(open(in_, O_RDONLY | O_TRUNC), EACCES);
  EXPECT_EQ(*read_file(in_), "text");
  fence_ = {{}, folder_ / "in"};
  EXPECT_EQ(truncate(out_), EACCES);
  EXPECT_EQ(*read_file(out_), "text");
  EXPECT_EQ(truncate(in_), 0);
  EXPECT_EQ(*read_file(in_), "t");
  EXPECT_EQ(open(below_, O_WRONLY | O_TRUNC), 0);
}

}  // namespace
}  // namespace flowtell
