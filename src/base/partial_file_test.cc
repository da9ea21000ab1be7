// SPDX-License-Identifier: Apache-2.0
#include "base/partial_file.h"

#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "support/closed_input.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

TEST(PartialFile, RemovesAbandonedFiles) {
  const TemporaryFolder folder;
  folder.put("a.model.1.partial", "half a mod");
  folder.put("a.model.4000000.partial", "");
  const auto made = make_partial(folder / "a.model");
  ASSERT_TRUE(made);
  EXPECT_EQ(folder.names(), Names{fs::path(made->path).filename()});
}

TEST(PartialFile, RemovesAbandonedFilesWithDescriptorZero) {
  const TemporaryFolder folder;
  folder.put("a.model.1.partial", "half a mod");
  const ClosedInput closed;
  const auto made = make_partial(folder / "a.model");
  ASSERT_TRUE(made);
  EXPECT_EQ(folder.names(), Names{fs::path(made->path).filename()});
}

TEST(PartialFile, KeepsFilesOfActiveWriters) {
  const TemporaryFolder folder;
  const auto first = make_partial(folder / "a");
  const auto second = make_partial(folder / "a");
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->path, second->path);
  EXPECT_TRUE(fs::exists(first->path));
  EXPECT_TRUE(fs::exists(second->path));
}

TEST(PartialFile, KeepsFilesWithSimilarNames) {
  const TemporaryFolder folder;
  const std::string named = fmt::format("a.{}.partial", ::getpid());
  const Names others = {"a.partial",   "a..partial",   "a.1x.partial",
                        "b.1.partial", "ba.1.partial", "a.1.partial.1",
                        "a1.partial"};
  for (const std::string& name : others) folder.put(name, "unrelated");
  fs::create_directory(folder / "a.2.partial");
  fs::create_symlink(folder / "b.1.partial", folder / "a.3.partial");
  ASSERT_EQ(::mkfifo((folder / "a.4.partial").c_str(), 0600), 0);
  const auto made = make_partial(folder / "a");
  ASSERT_TRUE(made);
  EXPECT_EQ(folder.names().size(), others.size() + 4);
  EXPECT_EQ(made->path, folder / named);
}

// A planted link in a shared folder must not redirect the write.
TEST(PartialFile, FollowsNoLink) {
  const TemporaryFolder folder;
  const std::string precious = folder.put("precious", "as it was");
  const std::string trap = folder / fmt::format("a.{}.partial", ::getpid());
  fs::create_symlink(precious, trap);
  auto file = OutputFile::create(folder / "a");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write("new"));
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(*read_file(precious), "as it was");
  EXPECT_EQ(*read_file(folder / "a"), "new");
}

TEST(PartialFile, IsLockedUntilItsWriterEnds) {
  const TemporaryFolder folder;
  std::string path;
  {
    const auto made = make_partial(folder / "a");
    ASSERT_TRUE(made);
    path = made->path;
    const auto other = open_for_reading(path);
    EXPECT_NE(::flock(other->get(), LOCK_EX | LOCK_NB), 0);
  }
  const auto other = open_for_reading(path);
  EXPECT_EQ(::flock(other->get(), LOCK_EX | LOCK_NB), 0);
}

}  // namespace
}  // namespace flowtell
