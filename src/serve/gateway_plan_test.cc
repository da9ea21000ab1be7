// SPDX-License-Identifier: Apache-2.0
#include "serve/gateway_plan.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

class GatewayPlan : public testing::Test {
 protected:
  GatewayPlan() {
    options_.lan = "wlan0";
    options_.wan = "eth0";
    Interface lan;
    lan.name = "wlan0";
    ground_.network.interfaces = {lan};
    ground_.settings = {{kLan, "0\n"}, {kWan, "0\n"}};
  }

  // The first lines of the changes.
  std::string plan() const {
    std::string text;
    for (const auto& change : plan_gateway(options_, places_, ground_)) {
      const std::string told = change->describe();
      text += told.substr(0, told.find('\n')) + '\n';
    }
    return text;
  }
  // All of the first change whose description begins so.
  std::string change(std::string_view start) const {
    for (const auto& change : plan_gateway(options_, places_, ground_)) {
      if (change->describe().starts_with(start)) return change->describe();
    }
    return "";
  }

  static constexpr const char* kLan =
      "/proc/sys/net/ipv4/conf/wlan0/forwarding";
  static constexpr const char* kWan = "/proc/sys/net/ipv4/conf/eth0/forwarding";

  GatewayOptions options_;
  GatewayPlaces places_;
  GatewayGround ground_;
};

TEST_F(GatewayPlan, OfABareMachineHoldsAllChangesInASafeOrder) {
  EXPECT_EQ(
      plan(),
      "switch the interface wlan0 on\n"
      "ask on wlan0 whether a DHCP server is there already, and stop if so\n"
      "give wlan0 the address 192.168.12.1/24\n"
      "add the nftables table inet flowtell_wlan0\n"
      "set /proc/sys/net/ipv4/conf/wlan0/forwarding to 1 (it is 0)\n"
      "set /proc/sys/net/ipv4/conf/eth0/forwarding to 1 (it is 0)\n"
      "write /run/flowtell/gateway-wlan0/dnsmasq.conf\n"
      "start dnsmasq "
      "--conf-file=/run/flowtell/gateway-wlan0/dnsmasq.conf\n");
}

TEST_F(GatewayPlan, LeavesAloneWhatIsAsItShouldBe) {
  ground_.network.interfaces[0].is_up = true;
  ground_.network.interfaces[0].addresses = {options_.address};
  ground_.settings[kLan] = ground_.settings[kWan] = "1\n";
  EXPECT_EQ(plan(),
            "add the nftables table inet flowtell_wlan0\n"
            "write /run/flowtell/gateway-wlan0/dnsmasq.conf\n"
            "start dnsmasq "
            "--conf-file=/run/flowtell/gateway-wlan0/dnsmasq.conf\n");
  // Who forwarded before decides for themselves what else passes.
  EXPECT_EQ(change("add the nft").find("ct state"), std::string::npos);
}

TEST_F(GatewayPlan, DropsWhatForwardingWouldNewlyLetThrough) {
  const std::string table = change("add the nft");
  for (const char* rule :
       {"iifname \"wlan0\" meta nfproto ipv6 drop",
        "oifname \"wlan0\" meta nfproto ipv6 drop",
        "iifname \"wlan0\" oifname != \"eth0\" drop",
        "iifname \"eth0\" ct state invalid,new drop",
        "ip saddr 192.168.12.0/24 oifname \"eth0\" masquerade"}) {
    EXPECT_NE(table.find(rule), std::string::npos) << rule;
  }
}

TEST_F(GatewayPlan, HasDnsmasqForwardNamesUnlessAnotherServerIsNamed) {
  EXPECT_EQ(change("write").find("port=0"), std::string::npos);
  EXPECT_NE(change("write").find("dns-server,192.168.12.1\n"),
            std::string::npos);
  options_.dns = Ipv4::parse("9.9.9.9");
  EXPECT_NE(change("write").find("port=0\n"), std::string::npos);
  EXPECT_NE(change("write").find("dns-server,9.9.9.9\n"), std::string::npos);
}

TEST_F(GatewayPlan, ForIpv6PutsBackAllThatOneSwitchChanges) {
  options_.ipv6 = true;
  const std::string conf = "/proc/sys/net/ipv6/conf/";
  ground_.settings[conf + "all/forwarding"] = "0\n";
  ground_.settings[conf + "default/forwarding"] = "0\n";
  ground_.settings[conf + "eth0/forwarding"] = "1\n";
  ground_.settings[conf + "eth0/accept_ra"] = "1\n";
  EXPECT_NE(plan().find("eth0/accept_ra to 2 (it is 1)\n"), std::string::npos);
  EXPECT_NE(plan().find("all/forwarding to 1 (it is 0), which changes 2 "
                        "settings along with it\n"),
            std::string::npos);
  EXPECT_EQ(change("add the nft").find("ipv6 drop"), std::string::npos);
}

TEST_F(GatewayPlan, IsTheSameReadBackFromItsRecord) {
  options_.ipv6 = true;
  ground_.settings["/proc/sys/net/ipv6/conf/all/forwarding"] = "0\n";
  auto changes = plan_gateway(options_, places_, ground_);
  changes.push_back(plan_unit(options_, places_));
  for (const auto& change : changes) {
    const auto read = change_from_json(change->json());
    ASSERT_TRUE(read) << change->describe();
    EXPECT_EQ((*read)->json(), change->json());
  }
}

TEST_F(GatewayPlan, RefusesRecordsThatAreNone) {
  for (const char* text :
       {"{}", "[]", "null", R"({"change":"link"})", R"({"change":"dance"})",
        R"({"change":"address","interface":"a","address":"b"})",
        R"({"change":"setting","path":"/etc/passwd","old":"x","along":[]})",
        R"({"change":"unit","folder":"/etc"})"}) {
    EXPECT_FALSE(change_from_json(Json::parse(text))) << text;
  }
}

}  // namespace
}  // namespace flowtell
