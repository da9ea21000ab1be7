// SPDX-License-Identifier: Apache-2.0
#include "tool/apart.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/app_captures.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

class ApartTest : public testing::Test {
 protected:
  std::string said(const std::vector<std::string>& outputs,
                   const std::vector<std::string>& read = {}) const {
    const auto done = check_apart(outputs, read);
    if (done) return "";
    EXPECT_EQ(done.error().kind, ErrorKind::kUsage);
    return done.error().message;
  }
  static std::string twice(const std::string& path) {
    return path + " is named for two outputs; choose another file for one";
  }
  static std::string is_read(const std::string& path) {
    return path +
           " would be replaced, and is read; choose another file to write";
  }

  TemporaryFolder folder_;
};

TEST_F(ApartTest, TakesOutputsThatDiffer) {
  EXPECT_EQ(said({}), "");
  EXPECT_EQ(said({folder_ / "x", folder_ / "y"}), "");
  EXPECT_EQ(said({folder_ / "x"}, {folder_ / "x"}), "")
      << "what is not there is not read";
  EXPECT_EQ(said({folder_.put("y", "old")}, {folder_.put("z", "read")}), "");
}

TEST_F(ApartTest, TakesStandardOutputAndDevicesTwice) {
  EXPECT_EQ(said({"-", "-"}, {"-"}), "");
  EXPECT_EQ(said({"", ""}, {""}), "");
  EXPECT_EQ(said({"/dev/null", "/dev/null"}, {"/dev/null"}), "");
}

TEST_F(ApartTest, FindsAFileThatIsNamedTwice) {
  const std::string path = folder_ / "x";
  EXPECT_EQ(said({path, path}), twice(path));
  EXPECT_EQ(said({folder_ / "y", path, folder_ / "./x"}), twice(path));
  EXPECT_EQ(said({folder_ / "none/../x", path}), twice(folder_ / "none/../x"));
  folder_.put("old", "");
  std::filesystem::create_hard_link(folder_ / "old", folder_ / "same");
  EXPECT_EQ(said({folder_ / "old", folder_ / "same"}), twice(folder_ / "old"));
}

TEST_F(ApartTest, FindsAFileThatIsRead) {
  const std::string path = folder_.put("x", "read");
  const std::string other = folder_.put("y", "read");
  EXPECT_EQ(said({path}, {other, path}), is_read(path));
  EXPECT_EQ(said({folder_ / "new", path}, {path}), is_read(path));
  std::filesystem::create_symlink(path, folder_ / "link");
  EXPECT_EQ(said({folder_ / "link"}, {path}), is_read(folder_ / "link"));
  EXPECT_EQ(said({path}, {folder_ / "link"}), is_read(path));
}

TEST_F(ApartTest, FindsCapturesOfFoldersAndManifests) {
  put_app_captures(folder_, "home", 1, 2);
  const std::string capture = folder_ / "home/chat/2.pcap";
  EXPECT_EQ(said({capture}, {folder_ / "home"}), is_read(capture));
  const std::string list =
      folder_.put("list.csv", "path,app\nhome/chat/2.pcap,chat\n");
  EXPECT_EQ(said({capture}, {list}), is_read(capture));
  EXPECT_EQ(said({list}, {list}), is_read(list));
  EXPECT_EQ(said({folder_ / "home/video/1.pcap"}, {list}), "");
  EXPECT_EQ(said({capture}, {folder_ / "absent"}), "");
}

}  // namespace
}  // namespace flowtell
