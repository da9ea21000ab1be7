// SPDX-License-Identifier: Apache-2.0
//
// tests/gateway_test.py tests changes of interfaces, addresses and tables,
// which need root.
#include <gtest/gtest.h>

#include "base/file.h"
#include "gateway/change.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

class SettingChangeTest : public testing::Test {
 protected:
  std::string put(const std::string& name, std::string_view value) const {
    folder_.put(name, value);
    return folder_ / name;
  }
  std::string value(const std::string& name) const {
    return read_file(folder_ / name).value_or("none");
  }

  TemporaryFolder folder_;
};

TEST_F(SettingChangeTest, WritesItsValueAndRestoresTheOldOne) {
  const SettingChange change({put("all", "0\n"), "0\n"}, "1\n");
  ASSERT_TRUE(change.apply());
  EXPECT_EQ(value("all"), "1\n");
  ASSERT_TRUE(change.undo());
  EXPECT_EQ(value("all"), "0\n");
}

TEST_F(SettingChangeTest, RestoresLinkedSettings) {
  const SettingChange change(
      {put("all", "1\n"), "0\n"}, "1\n",
      {{put("a", "1\n"), "0\n"}, {put("b", "1\n"), "2\n"}});
  ASSERT_TRUE(change.undo());
  EXPECT_EQ(value("all"), "0\n");
  EXPECT_EQ(value("a"), "0\n");
  EXPECT_EQ(value("b"), "2\n");
}

// Writing the first setting makes the kernel write the linked ones.
TEST_F(SettingChangeTest, RestoresLinkedSettingsLast) {
  const std::string path = put("all", "1\n");
  ASSERT_TRUE(
      SettingChange({path, "0\n"}, "1\n", {{path, "2\n"}, {path, "3\n"}})
          .undo());
  EXPECT_EQ(value("all"), "3\n");
}

TEST_F(SettingChangeTest, IgnoresARemovedInterface) {
  const SettingChange change({folder_ / "gone", "0\n"}, "1\n",
                             {{put("a", "1\n"), "0\n"}});
  ASSERT_TRUE(change.apply());
  ASSERT_TRUE(change.undo());
  EXPECT_EQ(value("gone"), "none");
  EXPECT_EQ(value("a"), "0\n");
}

TEST_F(SettingChangeTest, ReportsAWriteError) {
  put("folder/file", "");
  const auto applied =
      SettingChange({folder_ / "folder", "0\n"}, "1\n").apply();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message,
            "cannot write " + folder_ / "folder" +
                ": Is a directory; in a container it may be read-only");
}

TEST_F(SettingChangeTest, ReportsAnUndoError) {
  put("folder/file", "");
  const std::string folder = folder_ / "folder";
  const std::string reason =
      "cannot write " + folder +
      ": Is a directory; in a container it may be read-only";
  const auto own =
      SettingChange({folder, "0\n"}, "1\n", {{put("after", "1\n"), "0\n"}})
          .undo();
  ASSERT_FALSE(own);
  EXPECT_EQ(own.error().kind, ErrorKind::kNotWritable);
  EXPECT_EQ(own.error().message, reason);
  EXPECT_EQ(value("after"), "1\n");
  const auto other =
      SettingChange({put("own", "1\n"), "0\n"}, "1\n",
                    {{folder, "0\n"}, {put("last", "1\n"), "0\n"}})
          .undo();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, reason);
  EXPECT_EQ(value("own"), "0\n");
  EXPECT_EQ(value("last"), "1\n");
}

TEST_F(SettingChangeTest, DescribesTheCurrentValue) {
  EXPECT_EQ(SettingChange({"/proc/a", "0\n"}, "1\n").describe(),
            "set /proc/a to 1 (it is 0)");
  EXPECT_EQ(
      SettingChange({"/proc/a", "0"}, "1", {{"/proc/b", "0\n"}}).describe(),
      "set /proc/a to 1 (it is 0), which changes 1 setting along with "
      "it");
}

}  // namespace
}  // namespace flowtell
