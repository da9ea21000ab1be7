// SPDX-License-Identifier: Apache-2.0
#include "report/current_app.h"

#include <gtest/gtest.h>

#include "support/test_frame.h"

namespace flowtell {
namespace {

class CurrentAppTest : public testing::Test {
 protected:
  void add(std::string app, Duration first, Duration last,
           double confidence = 1, bool is_unknown = false) {
    now_.add({{next_++},
              kTestStart + first,
              kTestStart + last,
              std::move(app),
              confidence,
              is_unknown});
  }

  CurrentApp now_;
  std::uint8_t next_ = 0;
};

TEST_F(CurrentAppTest, IsNoneBeforeTheFirstVerdict) {
  EXPECT_FALSE(now_.estimate());
}

TEST_F(CurrentAppTest, CountsTimeAndNotFlows) {
  for (int i = 0; i < 40; ++i) add("browser", 0s, 500ms);
  add("video", 1s, 9s);
  ASSERT_TRUE(now_.estimate());
  EXPECT_EQ(now_.estimate()->app, "video");
  EXPECT_GT(now_.estimate()->share, 0.8);
}

TEST_F(CurrentAppTest, SharesASecondAmongItsFlows) {
  add("chat", 0s, 0s, 0.9);
  add("video", 0s, 0s, 0.6);
  add("video", 0s, 0s, 0.6);
  EXPECT_EQ(now_.estimate()->app, "video");
  EXPECT_NEAR(now_.estimate()->share, 0.4, 1e-12);
}

TEST_F(CurrentAppTest, ChangesSoonAfterTheApp) {
  add("browser", 0s, 20s);
  add("video", 20s, 21s);
  EXPECT_EQ(now_.estimate()->app, "browser");
  add("video", 21s, 23s);
  EXPECT_EQ(now_.estimate()->app, "video");
}

TEST_F(CurrentAppTest, ReplacesAnEarlyVerdict) {
  add("chat", 0s, 1s);
  --next_;
  add("video", 0s, 3s);
  EXPECT_EQ(now_.estimate()->app, "video");
  EXPECT_NEAR(now_.estimate()->share, 1, 1e-12);
}

TEST_F(CurrentAppTest, TakesAFewUnknownFlowsForNoise) {
  add("video", 0s, 20s);
  add("chat", 21s, 24s, 1, true);
  EXPECT_EQ(now_.estimate()->app, "chat") << "the likeliest now";
}

TEST_F(CurrentAppTest, IsUnknownWhereMostOfTheTimeIs) {
  add("chat", 0s, 20s);
  add("chat", 21s, 50s, 1, true);
  EXPECT_EQ(now_.estimate()->app, "unknown");
}

TEST_F(CurrentAppTest, KeepsTheLatestFlows) {
  for (int i = 0; i < 10'000; ++i) add("chat", i * 1s, i * 1s);
  EXPECT_EQ(now_.estimate()->app, "chat");
  EXPECT_NEAR(now_.estimate()->share, 1, 1e-12);
}

}  // namespace
}  // namespace flowtell
