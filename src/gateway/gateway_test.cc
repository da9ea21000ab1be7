// SPDX-License-Identifier: Apache-2.0
//
// Tests without a gateway. tests/gateway_test.py puts real ones up.
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

TEST_F(NoGateway, IsListedUnlessRecordedOrStartedAtBoot) {
  const auto gateways = [&] { return known_gateways(request_.places); };
  EXPECT_TRUE(gateways().empty());
  folder_.put("units/flowtell-gateway-b.service", "");
  folder_.put("units/flowtell-watch.service", "");
  EXPECT_EQ(gateways(), std::vector<std::string>{"b"});
  folder_.put("state/gateway-c/journal", "");
  folder_.put("state/gateway-b/journal", "");
  folder_.put("units/flowtell-gateway-a.service", "");
  EXPECT_EQ(gateways(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(NoGateway, IsPutUpOrTakenDownWithInvalidOptions) {
  options_.wan = "nolan";
  const auto up = bring_up(options_, false, request_);
  ASSERT_FALSE(up);
  EXPECT_EQ(up.error().kind, ErrorKind::kUsage);
  const auto preview = preview_up(options_, false, request_);
  ASSERT_FALSE(preview);
  EXPECT_EQ(preview.error().kind, ErrorKind::kUsage);
  const auto down = bring_down("../wlan0", false, request_);
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().kind, ErrorKind::kUsage);
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(NoGateway, IsPutUpBetweenAbsentInterfaces) {
  SKIP_UNLESS_NETWORK_NAMESPACE();
  if (!check_programs()) GTEST_SKIP() << check_programs().error().message;
  in_child_process([this] {
    ASSERT_TRUE(enter_network_namespace());
    const auto preview = preview_up(options_, false, request_);
    ASSERT_FALSE(preview);
    EXPECT_EQ(preview.error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(preview.error().message,
              "the LAN interface nolan does not exist; available: none but "
              "the loopback");
    const auto up = bring_up(options_, false, request_);
    ASSERT_FALSE(up);
    EXPECT_EQ(up.error().message, preview.error().message);
    EXPECT_TRUE(folder_.names().empty()) << "nothing was begun";
    const auto down = bring_down("nolan", false, request_);
    ASSERT_TRUE(down) << down.error().message;
    EXPECT_EQ(down->changes, 0u);
    EXPECT_FALSE(down->had_unit);
  });
}

}  // namespace
}  // namespace flowtell
