// SPDX-License-Identifier: Apache-2.0
#include "serve/gateway_checks.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

Interface ethernet(std::string name) {
  Interface interface;
  interface.name = std::move(name);
  interface.is_up = interface.has_carrier = interface.is_ethernet = true;
  return interface;
}

// A machine with eth0 to the internet, and wlan0 without an address.
class GatewayChecks : public testing::Test {
 protected:
  GatewayChecks() {
    options_.lan = "wlan0";
    options_.wan = "eth0";
    state_.interfaces = {ethernet("wlan0"), ethernet("eth0")};
    wan().addresses = {*Ipv4Prefix::parse("10.0.0.2/24")};
    state_.routes = {{*Ipv4Prefix::parse("0.0.0.0/0"), "eth0"},
                     {*Ipv4Prefix::parse("10.0.0.0/24"), "eth0"}};
  }

  Interface& lan() { return state_.interfaces[0]; }
  Interface& wan() { return state_.interfaces[1]; }

  std::string refusal() const {
    const auto checked = check_machine(options_, state_);
    return checked ? "" : checked.error().message;
  }
  void expect_refusal(std::string_view part) const {
    EXPECT_NE(refusal().find(part), std::string::npos) << refusal();
  }

  GatewayOptions options_;
  NetworkState state_;
};

TEST_F(GatewayChecks, TakeAUsualMachine) {
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(doubts(options_, state_).empty());
}

TEST_F(GatewayChecks, TakeALanThatIsOffOrHasOurAddress) {
  lan().is_up = lan().has_carrier = false;
  lan().addresses = {options_.address};
  EXPECT_EQ(refusal(), "");
}

TEST_F(GatewayChecks, RefuseInterfacesThatAreNotThere) {
  options_.lan = "wlan1";
  expect_refusal("there is no interface wlan1; there is wlan0 and eth0");
}

TEST_F(GatewayChecks, RefuseUnfitInterfaces) {
  wan().is_up = false;
  expect_refusal("eth0 is down");
  lan().is_ethernet = false;
  expect_refusal("no Ethernet");
  lan().bridge = "br0";
  expect_refusal("give --lan br0");
  lan().is_loopback = true;
  expect_refusal("leads nowhere");
}

TEST_F(GatewayChecks, RefuseSidesTheWrongWayRound) {
  std::swap(options_.lan, options_.wan);
  expect_refusal("the wrong way round");
}

TEST_F(GatewayChecks, RefuseASubnetInUseElsewhere) {
  wan().addresses.push_back(*Ipv4Prefix::parse("192.168.12.77/28"));
  expect_refusal("already in use on eth0 (192.168.12.77/28)");
  wan().addresses.pop_back();
  state_.routes.push_back({*Ipv4Prefix::parse("192.168.0.0/16"), "vpn0"});
  expect_refusal("already in use on vpn0 (route to 192.168.0.0/16)");
}

TEST_F(GatewayChecks, LetAVpnHaveHalfTheInternet) {
  state_.routes.push_back({*Ipv4Prefix::parse("128.0.0.0/1"), "vpn0"});
  EXPECT_EQ(refusal(), "");
}

TEST_F(GatewayChecks, RefuseATableOfOurNameThatIsNotOurs) {
  state_.rules.inet_tables = {"flowtell_wlan0"};
  expect_refusal("nft delete table inet flowtell_wlan0");
}

TEST_F(GatewayChecks, DoubtWhatMayKeepItFromWorking) {
  lan().has_carrier = false;
  wan().addresses.clear();
  state_.rules.dropping = {{"ip filter", "FORWARD", "forward"},
                           {"ip filter", "OUTPUT", "output"}};
  const auto found = doubts(options_, state_);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_NE(found[0].find("no link"), std::string::npos);
  EXPECT_NE(found[1].find("no IPv4 address"), std::string::npos);
  EXPECT_NE(found[2].find("table ip filter, chain FORWARD"), std::string::npos);
}

}  // namespace
}  // namespace flowtell
