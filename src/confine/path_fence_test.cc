// SPDX-License-Identifier: Apache-2.0
//
// There is no way back from a fence, so each attempt is made by a process of
// its own.
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
constexpr int kDoesNotEnd = 201;
constexpr long kKnowsTruncate = 3;

long landlock_version() {
  return ::syscall(SYS_landlock_create_ruleset, nullptr, 0,
                   LANDLOCK_CREATE_RULESET_VERSION);
}

class Fenced : public testing::Test {
 protected:
  void SetUp() override {
    if (landlock_version() < 1) {
      GTEST_SKIP() << "this kernel has no Landlock";
    }
  }

  // The error's number that an attempt ends with behind the fence; 0 for none.
  int attempt(const std::function<long()>& what) const {
    const pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      if (!fence_paths(fence_)) ::_exit(kNotFenced);
      ::_exit(what() < 0 ? errno : 0);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child) return kDoesNotEnd;
    return WIFEXITED(status) ? WEXITSTATUS(status) : kDoesNotEnd;
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

TEST_F(Fenced, NothingIsOpenedWhereNothingIsNamed) {
  for (const std::string& path : {in_, out_}) {
    EXPECT_EQ(open(path, O_RDONLY), EACCES);
    EXPECT_EQ(open(path, O_WRONLY), EACCES);
  }
  EXPECT_EQ(open(folder_ / "new", O_WRONLY | O_CREAT), EACCES);
}

TEST_F(Fenced, ReadableFilesAreReadAndNoMore) {
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

TEST_F(Fenced, LinksAreReadInBothTheirFolders) {
  std::filesystem::create_symlink(out_, folder_ / "in/link");
  fence_.readable = {folder_ / "in/link"};
  EXPECT_EQ(open(folder_ / "in/link", O_RDONLY), 0);
  EXPECT_EQ(open(in_, O_RDONLY), 0);
  EXPECT_EQ(open(out_, O_RDONLY), 0);
  EXPECT_EQ(open(folder_.put("other/there", ""), O_RDONLY), EACCES);
}

TEST_F(Fenced, AFolderThatIsAbsentFencesOffTheRest) {
  fence_.readable = {folder_ / "absent/file", in_};
  EXPECT_EQ(open(in_, O_RDONLY), 0);
  EXPECT_EQ(open(out_, O_RDONLY), EACCES);
}

TEST_F(Fenced, FilesAreMadeWrittenAndRemovedBelowTheWritableFolder) {
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

TEST_F(Fenced, NothingButFilesIsMadeThere) {
  fence_.writable = folder_ / "in";
  const std::string at = folder_ / "in/new";
  EXPECT_EQ(attempt([&] { return ::mkdir(at.c_str(), 0700); }), EACCES);
  EXPECT_EQ(attempt([&] { return ::symlink("there", at.c_str()); }), EACCES);
  EXPECT_EQ(attempt([&] { return ::mkfifo(at.c_str(), 0600); }), EACCES);
  EXPECT_EQ(attempt([&] { return ::rmdir((folder_ / "in/deep").c_str()); }),
            EACCES);
}

// Not a matter of the right to write, which opening a file takes: truncate(2)
// opens none, and O_TRUNC comes with O_RDONLY as well.
TEST_F(Fenced, NothingIsTruncatedElsewhere) {
  if (landlock_version() < kKnowsTruncate) {
    GTEST_SKIP() << "this kernel's Landlock does not know of truncation";
  }
  EXPECT_EQ(truncate(in_), EACCES) << "where nothing is named";
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
