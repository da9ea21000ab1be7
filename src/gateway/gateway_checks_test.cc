// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_checks.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

Interface ethernet(std::string name) {
  Interface interface;
  interface.name = std::move(name);
  interface.is_up = interface.has_carrier = interface.is_ethernet = true;
  return interface;
}

// A machine with the internet on eth0, and wlan0 without an address.
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

TEST_F(GatewayChecks, AcceptAUsualMachine) {
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(find_warnings(options_, state_).empty());
}

TEST_F(GatewayChecks, AcceptALanThatIsOffOrHasTheAddress) {
  lan().is_up = lan().has_carrier = false;
  lan().addresses = {options_.address};
  EXPECT_EQ(refusal(), "");
}

TEST_F(GatewayChecks, RefuseAbsentInterfaces) {
  options_.lan = "wlan1";
  expect_refusal(
      "the LAN interface wlan1 does not exist; available: wlan0 and eth0");
}

TEST_F(GatewayChecks, RefuseUnsuitableInterfaces) {
  wan().is_up = false;
  expect_refusal("eth0 is down");
  lan().is_ethernet = false;
  expect_refusal("not an Ethernet");
  lan().bridge = "br0";
  expect_refusal("give br0 instead");
  lan().is_loopback = true;
  expect_refusal("the loopback interface");
}

TEST_F(GatewayChecks, RefuseSwappedInterfaces) {
  std::swap(options_.lan, options_.wan);
  expect_refusal("swap the LAN and the WAN interface");
}

TEST_F(GatewayChecks, RefuseASubnetInUseElsewhere) {
  wan().addresses.push_back(*Ipv4Prefix::parse("192.168.12.77/28"));
  expect_refusal("already in use on eth0 (192.168.12.77/28)");
  wan().addresses.pop_back();
  state_.routes.push_back({*Ipv4Prefix::parse("192.168.0.0/16"), "vpn0"});
  expect_refusal("already in use on vpn0 (route to 192.168.0.0/16)");
}

TEST_F(GatewayChecks, RefuseAnUnsuitableWan) {
  options_.wan = "eth7";
  expect_refusal("the WAN interface eth7 does not exist");
  options_.wan = "eth0";
  wan().bridge = "br0";
  expect_refusal("the WAN interface eth0 is a port of br0");
  wan().is_loopback = true;
  expect_refusal("the WAN interface eth0 is the loopback interface");
  state_.interfaces = {wan()};
  expect_refusal("available: none but the loopback");
}

TEST_F(GatewayChecks, AcceptOtherRoutesOfTheLan) {
  state_.routes.push_back({options_.address, "wlan0"});
  state_.routes.push_back({*Ipv4Prefix::parse("10.9.0.0/16"), "wlan0"});
  lan().addresses.push_back(*Ipv4Prefix::parse("192.168.12.7/24"));
  EXPECT_EQ(refusal(), "");
}

TEST_F(GatewayChecks, IgnoreRoutesShorterThanASubnet) {
  options_.address = *Ipv4Prefix::parse("11.1.1.1/24");
  state_.routes.push_back({*Ipv4Prefix::parse("10.0.0.0/7"), "vpn0"});
  EXPECT_EQ(refusal(), "");
  state_.routes.push_back({*Ipv4Prefix::parse("11.0.0.0/8"), "vpn0"});
  expect_refusal("in use on vpn0 (route to 11.0.0.0/8)");
}

TEST_F(GatewayChecks, SuggestAnUnusedSubnet) {
  wan().addresses.push_back(*Ipv4Prefix::parse("192.168.0.1/16"));
  expect_refusal("such as 192.168.99.1/24");
  options_.address = *Ipv4Prefix::parse("192.168.99.1/24");
  expect_refusal("such as 192.168.98.1/24");
}

TEST_F(GatewayChecks, IgnoreTheHalfInternetRoutesOfAVpn) {
  state_.routes.push_back({*Ipv4Prefix::parse("128.0.0.0/1"), "vpn0"});
  EXPECT_EQ(refusal(), "");
}

TEST_F(GatewayChecks, RefuseAnExistingTable) {
  state_.rules.inet_tables = {"flowtell_wlan0"};
  expect_refusal("nft delete table inet flowtell_wlan0");
}

TEST_F(GatewayChecks, WarnAboutWhatMayKeepItFromWorking) {
  lan().has_carrier = false;
  wan().addresses.clear();
  state_.rules.dropping = {{"ip filter", "FORWARD", "forward"},
                           {"ip filter", "OUTPUT", "output"}};
  const auto found = find_warnings(options_, state_);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_NE(found[0].find("no link"), std::string::npos);
  EXPECT_NE(found[1].find("no IPv4 address"), std::string::npos);
  EXPECT_NE(found[2].find("table ip filter, chain FORWARD"), std::string::npos);
  EXPECT_TRUE(found[2].ends_with("let it forward from and to wlan0"));
  lan().is_up = false;  // `up` switches it on first
  state_.rules.dropping = {{"inet f", "in", "input"}};
  const auto later = find_warnings(options_, state_);
  ASSERT_EQ(later.size(), 2u);
  EXPECT_TRUE(later[1].ends_with("let it accept DHCP and DNS from wlan0"));
}

}  // namespace
}  // namespace flowtell
