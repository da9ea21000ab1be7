// SPDX-License-Identifier: Apache-2.0
#include "report/app_tally.h"

#include <gtest/gtest.h>

#include "support/test_frame.h"

namespace flowtell {
namespace {

class AppTallyTest : public testing::Test {
 protected:
  void name(std::string_view app, std::uint64_t bytes = 100,
            bool is_early = false) {
    Flow flow{};
    flow.sent.bytes = bytes / 4;
    flow.received.bytes = bytes - flow.sent.bytes;
    tally_.take({flow, kTestStart, {}, NamedVerdict{app, 1}, is_early});
  }
  AppTally tally_;
};

TEST_F(AppTallyTest, IsEmptyWithoutFlows) { EXPECT_EQ(tally_.text(), ""); }

TEST_F(AppTallyTest, SumsFlowsAndBytesPerApp) {
  name("chat", 500);
  name("video", 3'000'000);
  name("chat", 400);
  name("unknown", 20);
  EXPECT_EQ(tally_.text(),
            "app      flows   bytes\n"
            "----------------------\n"
            "chat         2   900 B\n"
            "unknown      1    20 B\n"
            "video        1  3.0 MB\n");
}

TEST_F(AppTallyTest, IgnoresEarlyReports) {
  name("chat", 500, true);
  EXPECT_EQ(tally_.text(), "");
  name("chat", 700);
  EXPECT_NE(tally_.text().find("chat      1  700 B\n"), std::string::npos)
      << tally_.text();
}

TEST_F(AppTallyTest, IgnoresFlowsWithoutVerdict) {
  const Flow flow{};
  tally_.take({flow, kTestStart, {}, std::nullopt});
  EXPECT_EQ(tally_.text(), "");
}

}  // namespace
}  // namespace flowtell
