// SPDX-License-Identifier: Apache-2.0
//
// What needs no gateway. Real ones are put up by tests/gateway_test.py.
#include "gateway/gateway.h"

#include <gtest/gtest.h>

#include "gateway/gateway_checks.h"
#include "support/own_process.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

class NoGateway : public testing::Test {
 protected:
  NoGateway() {
    options_.lan = "nolan";
    options_.wan = "nowan";
    request_.places.state = folder_ / "state";
    request_.places.units = folder_ / "units";
  }

  TemporaryFolder folder_;
  GatewayOptions options_;
  GatewayRequest request_;
};

TEST_F(NoGateway, IsKnownBeforeOneIsRecordedOrReturnsAtBoot) {
  const auto known = [&] { return known_gateways(request_.places); };
  EXPECT_TRUE(known().empty());
  folder_.put("units/flowtell-gateway-b.service", "");
  folder_.put("units/flowtell-watch.service", "");
  EXPECT_EQ(known(), std::vector<std::string>{"b"});
  folder_.put("state/gateway-c/journal", "");
  folder_.put("state/gateway-b/journal", "");
  folder_.put("units/flowtell-gateway-a.service", "");
  EXPECT_EQ(known(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(NoGateway, IsPutUpOrTakenDownByNonsense) {
  options_.wan = "nolan";
  const auto up = put_up(options_, false, request_);
  ASSERT_FALSE(up);
  EXPECT_EQ(up.error().kind, ErrorKind::kUsage);
  const auto preview = preview_up(options_, false, request_);
  ASSERT_FALSE(preview);
  EXPECT_EQ(preview.error().kind, ErrorKind::kUsage);
  const auto down = take_down("../wlan0", false, request_);
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().kind, ErrorKind::kUsage);
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(NoGateway, IsPutUpBetweenInterfacesThatAreAbsent) {
  SKIP_UNLESS_OWN_NETWORK();
  if (!check_programs()) GTEST_SKIP() << check_programs().error().message;
  in_own_process([this] {
    ASSERT_TRUE(enter_own_network());
    const auto preview = preview_up(options_, false, request_);
    ASSERT_FALSE(preview);
    EXPECT_EQ(preview.error().message,
              "--lan: there is no interface nolan; there is none but the "
              "loopback");
    const auto up = put_up(options_, false, request_);
    ASSERT_FALSE(up);
    EXPECT_EQ(up.error().message, preview.error().message);
    EXPECT_TRUE(folder_.names().empty()) << "nothing was begun";
    const auto down = take_down("nolan", false, request_);
    ASSERT_TRUE(down) << down.error().message;
    EXPECT_EQ(down->changes, 0u);
    EXPECT_FALSE(down->had_unit);
  });
}

}  // namespace
}  // namespace flowtell
