// SPDX-License-Identifier: Apache-2.0
#include "tool/output_check.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/app_captures.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

class CheckOutputsTest : public testing::Test {
 protected:
  std::string error_of(const std::vector<std::string>& outputs,
                       const std::vector<std::string>& inputs = {}) const {
    const auto done = check_outputs(outputs, inputs);
    if (done) return "";
    EXPECT_EQ(done.error().kind, ErrorKind::kUsage);
    return done.error().message;
  }
  static std::string twice(const std::string& path) {
    return path + " is named for two outputs; choose different files";
  }
  static std::string overwritten(const std::string& path) {
    return path +
           " is an input and would be overwritten; choose another output file";
  }

  TemporaryFolder folder_;
};

TEST_F(CheckOutputsTest, AcceptsDifferentOutputs) {
  EXPECT_EQ(error_of({}), "");
  EXPECT_EQ(error_of({folder_ / "x", folder_ / "y"}), "");
  EXPECT_EQ(error_of({folder_ / "x"}, {folder_ / "x"}), "")
      << "a missing file is no input";
  EXPECT_EQ(error_of({folder_.put("y", "old")}, {folder_.put("z", "inputs")}),
            "");
}

TEST_F(CheckOutputsTest, AcceptsStandardOutputAndDevicesTwice) {
  EXPECT_EQ(error_of({"-", "-"}, {"-"}), "");
  EXPECT_EQ(error_of({"", ""}, {""}), "");
  EXPECT_EQ(error_of({"/dev/null", "/dev/null"}, {"/dev/null"}), "");
}

TEST_F(CheckOutputsTest, RejectsDuplicateOutputs) {
  const std::string path = folder_ / "x";
  EXPECT_EQ(error_of({path, path}), twice(path));
  EXPECT_EQ(error_of({folder_ / "y", path, folder_ / "./x"}), twice(path));
  EXPECT_EQ(error_of({folder_ / "none/../x", path}),
            twice(folder_ / "none/../x"));
  folder_.put("old", "");
  std::filesystem::create_hard_link(folder_ / "old", folder_ / "same");
  EXPECT_EQ(error_of({folder_ / "old", folder_ / "same"}),
            twice(folder_ / "old"));
}

TEST_F(CheckOutputsTest, RejectsInputsAsOutputs) {
  const std::string path = folder_.put("x", "inputs");
  const std::string other = folder_.put("y", "inputs");
  EXPECT_EQ(error_of({path}, {other, path}), overwritten(path));
  EXPECT_EQ(error_of({folder_ / "new", path}, {path}), overwritten(path));
  std::filesystem::create_symlink(path, folder_ / "link");
  EXPECT_EQ(error_of({folder_ / "link"}, {path}),
            overwritten(folder_ / "link"));
  EXPECT_EQ(error_of({path}, {folder_ / "link"}), overwritten(path));
}

TEST_F(CheckOutputsTest, RejectsCapturesInFoldersAndManifests) {
  put_app_captures(folder_, "home", 1, 2);
  const std::string capture = folder_ / "home/chat/2.pcap";
  EXPECT_EQ(error_of({capture}, {folder_ / "home"}), overwritten(capture));
  const std::string list =
      folder_.put("list.csv", "path,app\nhome/chat/2.pcap,chat\n");
  EXPECT_EQ(error_of({capture}, {list}), overwritten(capture));
  EXPECT_EQ(error_of({list}, {list}), overwritten(list));
  EXPECT_EQ(error_of({folder_ / "home/video/1.pcap"}, {list}), "");
  EXPECT_EQ(error_of({capture}, {folder_ / "absent"}), "");
}

}  // namespace
}  // namespace flowtell
