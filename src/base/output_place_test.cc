// SPDX-License-Identifier: Apache-2.0
#include "base/output_place.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "support/closed_input.h"
#include "support/other_user.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kShared = 01777;  // like /tmp

class OutputPlace : public testing::Test {
 protected:
  static bool is_followed(const std::string& path) {
    return output_place(path).has_value();
  }
  static std::string place(const std::string& path) {
    const auto place = output_place(path);
    if (!place) return place.error().message;
    return place->value_or("nowhere");
  }

  TemporaryFolder folder_;
  std::string precious_ = folder_.put("precious", "as it was");
};

TEST_F(OutputPlace, IsThePathItselfWithoutLinks) {
  EXPECT_EQ(place(precious_), precious_);
  EXPECT_EQ(place(folder_ / "yet to be made"), folder_ / "yet to be made");
  EXPECT_EQ(place("/dev/null"), "/dev/null");
  EXPECT_EQ(place("a_new_file"), "a_new_file");
  EXPECT_EQ(place("./a_new_file"), "a_new_file");
  EXPECT_EQ(place("//dev//null"), "/dev/null");
  EXPECT_EQ(place("/"), "/");
}

TEST_F(OutputPlace, WorksWithDescriptorZero) {
  fs::create_symlink(precious_, folder_ / "link");
  const ClosedInput closed;
  EXPECT_EQ(place(precious_), precious_);
  EXPECT_EQ(place(folder_ / "link"), precious_);
}

TEST_F(OutputPlace, IsAbsentWithoutAValidPath) {
  EXPECT_EQ(place(folder_ / "absent/new"), "nowhere");
  EXPECT_EQ(place(precious_ + "/new"), "nowhere");
  EXPECT_EQ(place(""), "nowhere");
  fs::create_symlink(folder_ / "b", folder_ / "a");
  fs::create_symlink(folder_ / "a", folder_ / "b");
  EXPECT_EQ(place(folder_ / "a"), "nowhere") << "a cycle";
}

TEST_F(OutputPlace, FollowsOwnLinks) {
  fs::create_directory(folder_ / "deep");
  fs::create_symlink(precious_, folder_ / "absolute");
  fs::create_symlink("absolute", folder_ / "relative");
  fs::create_symlink("../relative", folder_ / "deep/up");
  fs::create_symlink("deep", folder_ / "other");
  fs::create_symlink("precious2", folder_ / "dangling");
  EXPECT_EQ(place(folder_ / "absolute"), precious_);
  EXPECT_EQ(place(folder_ / "relative"), precious_);
  EXPECT_EQ(place(folder_ / "other/up"), precious_);
  EXPECT_EQ(*read_file(place(folder_ / "other/up")), "as it was");
  EXPECT_EQ(place(folder_ / "other/new"), folder_ / "deep/new");
  EXPECT_EQ(place(folder_ / "dangling"), folder_ / "precious2");
}

TEST_F(OutputPlace, FollowsAsManyLinksAsTheKernel) {
  fs::create_symlink(precious_, folder_ / "0");
  for (int i = 1; i <= 40; ++i) {
    fs::create_symlink(std::to_string(i - 1), folder_ / std::to_string(i));
  }
  EXPECT_EQ(place(folder_ / "39"), precious_) << "40 links";
  EXPECT_EQ(place(folder_ / "40"), "nowhere");
}

TEST_F(OutputPlace, RejectsLinksOfAnotherUser) {
  SKIP_UNLESS_ROOT();
  for (const mode_t mode :
       std::initializer_list<mode_t>{01777, 0777, 0775, 0757}) {
    const std::string shared =
        make_folder_with(folder_ / fmt::format("{:o}", mode), mode);
    make_link_of(kOtherUser, precious_, shared + "/out");
    make_link_of(kOtherUser, folder_ / "absent", shared + "/dangling");
    EXPECT_EQ(place(shared + "/out"),
              fmt::format("cannot write {0}/out: {0}/out is a link of another "
                          "user in a folder that others can write to, so it "
                          "is not followed; name its target, or choose "
                          "another path",
                          shared));
    EXPECT_EQ(output_place(shared + "/out").error().kind,
              ErrorKind::kNotWritable);
    EXPECT_FALSE(is_followed(shared + "/dangling"));
    EXPECT_FALSE(check_links(shared + "/out"));
  }
}

TEST_F(OutputPlace, RejectsPathsThroughLinksOfAnotherUser) {
  SKIP_UNLESS_ROOT();
  const std::string shared = make_folder_with(folder_ / "shared", kShared);
  fs::create_directory(folder_ / "home");
  make_link_of(kOtherUser, folder_ / "home", shared + "/folder");
  make_link_of(kOtherUser, precious_, shared + "/out");
  fs::create_symlink(shared + "/out", folder_ / "own");
  fs::create_symlink("shared", folder_ / "way");
  EXPECT_FALSE(is_followed(shared + "/folder/new")) << "a folder on the way";
  EXPECT_FALSE(is_followed(folder_ / "own")) << "an own link to it";
  EXPECT_FALSE(is_followed(folder_ / "way/out"));
  const std::string message = output_place(folder_ / "own").error().message;
  EXPECT_TRUE(message.starts_with("cannot write " + (folder_ / "own") + ": " +
                                  shared + "/out is a link of another user"))
      << message;
  EXPECT_TRUE(is_followed(folder_ / "way/new"));
  EXPECT_TRUE(check_links(folder_ / "way/new"));
}

TEST_F(OutputPlace, FollowsLinksThatAnotherUserCouldNotCreate) {
  SKIP_UNLESS_ROOT();
  const std::string shared = make_folder_with(folder_ / "shared", kShared);
  make_link_of(0, precious_, shared + "/own");
  EXPECT_EQ(place(shared + "/own"), precious_);
  const std::string theirs =
      make_folder_with(folder_ / "theirs", kShared, kOtherUser);
  make_link_of(kOtherUser, precious_, theirs + "/out");
  EXPECT_EQ(place(theirs + "/out"), precious_) << "link of the folder's owner";
  make_link_of(kOtherUser + 1, precious_, theirs + "/other");
  EXPECT_FALSE(is_followed(theirs + "/other"));
  const std::string closed = make_folder_with(folder_ / "closed", 0755);
  make_link_of(kOtherUser, precious_, closed + "/out");
  EXPECT_EQ(place(closed + "/out"), precious_)
      << "only its owner can write there";
}

TEST_F(OutputPlace, TrustsLinksOfRootForEveryUser) {
  SKIP_UNLESS_ROOT();
  make_folder_with(folder_.path(), 0755);
  const std::string shared =
      make_folder_with(folder_ / "shared", kShared, kOtherUser + 1);
  make_link_of(0, precious_, shared + "/roots");
  make_link_of(kOtherUser, precious_, shared + "/own");
  make_link_of(kOtherUser + 2, precious_, shared + "/out");
  ASSERT_EQ(::seteuid(kOtherUser), 0);
  const std::string roots = place(shared + "/roots");
  const std::string own = place(shared + "/own");
  const bool is_others_followed = is_followed(shared + "/out");
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_EQ(roots, precious_);
  EXPECT_EQ(own, precious_);
  EXPECT_FALSE(is_others_followed);
}

TEST_F(OutputPlace, IsAbsentForProcLinksWithoutAPath) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const FileHandle out(ends[0]);
  const FileHandle in(ends[1]);
  EXPECT_EQ(place(fmt::format("/dev/fd/{}", in.get())), "nowhere");
}

}  // namespace
}  // namespace flowtell
