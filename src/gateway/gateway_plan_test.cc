// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"

namespace flowtell {
namespace {

class GatewayPlan : public testing::Test {
 protected:
  GatewayPlan() {
    options_.lan = "wlan0";
    options_.wan = "eth0";
    Interface lan;
    lan.name = "wlan0";
    baseline_.network.interfaces = {lan};
    baseline_.settings = {{kLan, "0\n"}, {kWan, "0\n"}};
  }

  // The first lines of the changes' descriptions.
  std::string plan() const {
    std::string text;
    for (const auto& change : plan_gateway(options_, places_, baseline_)) {
      const std::string description = change->describe();
      text += description.substr(0, description.find('\n')) + '\n';
    }
    return text;
  }
  // The description of the first change that begins with this.
  std::string change(std::string_view start) const {
    for (const auto& change : plan_gateway(options_, places_, baseline_)) {
      if (change->describe().starts_with(start)) return change->describe();
    }
    return "";
  }

  // Expects exactly these rules to drop.
  void expect_rules(std::vector<std::string> wanted) const {
    std::vector<std::string> rules;
    const std::string table = change("add the nft");
    const std::string_view forward =
        std::string_view(table).substr(table.find("chain forward"));
    for (const std::string_view line :
         split(forward.substr(0, forward.find('}', forward.find("@received"))),
               '\n')) {
      constexpr std::string_view kDrop = " drop";
      if (!line.ends_with(kDrop)) continue;
      rules.emplace_back(line.substr(2, line.size() - 2 - kDrop.size()));
    }
    std::ranges::sort(rules);
    std::ranges::sort(wanted);
    EXPECT_EQ(rules, wanted);
  }

  static constexpr const char* kIntoLan =
      "iifname != \"wlan0\" oifname \"wlan0\" ct state invalid,new,untracked";
  static constexpr const char* kIpv6FromLan =
      "meta nfproto ipv6 iifname \"wlan0\" oifname != \"wlan0\"";
  static constexpr const char* kIpv6IntoLan =
      "meta nfproto ipv6 iifname != \"wlan0\" oifname \"wlan0\"";
  static constexpr const char* kIpv4FromLan =
      "meta nfproto ipv4 iifname \"wlan0\" oifname != { \"wlan0\", \"eth0\" }";
  static constexpr const char* kIpv4FromWan =
      "meta nfproto ipv4 iifname \"eth0\" ct state invalid,new,untracked";
  static constexpr const char* kNewIpv6FromLan =
      "meta nfproto ipv6 iifname \"wlan0\" oifname != { \"wlan0\", \"eth0\" }";
  static constexpr const char* kNewIpv6FromWan =
      "meta nfproto ipv6 iifname \"eth0\" ct state invalid,new,untracked";
  static constexpr const char* kIpv6 = "/proc/sys/net/ipv6/conf/all/forwarding";
  static constexpr const char* kLan =
      "/proc/sys/net/ipv4/conf/wlan0/forwarding";
  static constexpr const char* kWan = "/proc/sys/net/ipv4/conf/eth0/forwarding";

  GatewayOptions options_;
  GatewayPaths places_;
  GatewayBaseline baseline_;
};

TEST_F(GatewayPlan, HasAllChangesInASafeOrder) {
  EXPECT_EQ(plan(),
            "switch the interface wlan0 on\n"
            "check wlan0 for another DHCP server, and stop if there is one\n"
            "add the nftables table inet flowtell_wlan0\n"
            "give wlan0 the address 192.168.12.1/24\n"
            "set /proc/sys/net/ipv4/conf/wlan0/forwarding to 1 (it is 0)\n"
            "set /proc/sys/net/ipv4/conf/eth0/forwarding to 1 (it is 0)\n"
            "write /run/flowtell/gateway-wlan0/dnsmasq.conf\n"
            "start dnsmasq "
            "--conf-file=/run/flowtell/gateway-wlan0/dnsmasq.conf\n");
}

TEST_F(GatewayPlan, SkipsSettingsThatAreRightAlready) {
  baseline_.network.interfaces[0].is_up = true;
  baseline_.network.interfaces[0].addresses = {options_.address};
  baseline_.settings[kLan] = baseline_.settings[kWan] = "1\n";
  EXPECT_EQ(plan(),
            "add the nftables table inet flowtell_wlan0\n"
            "write /run/flowtell/gateway-wlan0/dnsmasq.conf\n"
            "start dnsmasq "
            "--conf-file=/run/flowtell/gateway-wlan0/dnsmasq.conf\n");
}

TEST_F(GatewayPlan, DropsWhatForwardingNewlyAllows) {
  expect_rules(
      {kIntoLan, kIpv6FromLan, kIpv6IntoLan, kIpv4FromLan, kIpv4FromWan});
  EXPECT_NE(change("add the nft")
                .find("ip saddr 192.168.12.0/24 oifname \"eth0\" masquerade\n"),
            std::string::npos);
}

// If the system already forwards for other networks, only new flows into the
// LAN are dropped; flows between the others are left alone.
TEST_F(GatewayPlan, DropsOnlyIntoTheLanIfItForwardsAlready) {
  baseline_.settings[kLan] = baseline_.settings[kWan] = "1\n";
  expect_rules({kIntoLan, kIpv6FromLan, kIpv6IntoLan});
  options_.ipv6 = true;
  baseline_.settings[kIpv6] = "1\n";
  expect_rules({kIntoLan});
}

TEST_F(GatewayPlan, DropsPerFamily) {
  options_.ipv6 = true;
  baseline_.settings[kIpv6] = "0\n";
  baseline_.settings[kLan] = baseline_.settings[kWan] = "1\n";
  expect_rules({kIntoLan, kNewIpv6FromLan, kNewIpv6FromWan});
  baseline_.settings[kIpv6] = "1\n";
  baseline_.settings[kLan] = baseline_.settings[kWan] = "0\n";
  expect_rules({kIntoLan, kIpv4FromLan, kIpv4FromWan});
}

TEST_F(GatewayPlan, DropsPerInterface) {
  baseline_.settings[kLan] = "1\n";
  expect_rules({kIntoLan, kIpv6FromLan, kIpv6IntoLan, kIpv4FromWan});
  baseline_.settings[kLan] = "0\n";
  baseline_.settings[kWan] = "1\n";
  expect_rules({kIntoLan, kIpv6FromLan, kIpv6IntoLan, kIpv4FromLan});
}

TEST_F(GatewayPlan, TreatsAnUnreadableSettingAsOff) {
  baseline_.settings.clear();
  options_.ipv6 = true;
  expect_rules(
      {kIntoLan, kIpv4FromLan, kIpv4FromWan, kNewIpv6FromLan, kNewIpv6FromWan});
}

TEST_F(GatewayPlan, RestrictsDnsToTheLan) {
  constexpr std::string_view kRule =
      "iifname != { \"wlan0\", \"lo\" } meta l4proto { tcp, udp } th dport 53 "
      "fib daddr . iif type != { local, broadcast, multicast } drop\n";
  EXPECT_NE(change("add the nft").find(kRule), std::string::npos);
  options_.dns = Ipv4::parse("9.9.9.9");
  EXPECT_EQ(change("add the nft").find("chain input"), std::string::npos);
}

TEST_F(GatewayPlan, MakesDnsmasqServeDnsUnlessAnotherServerIsGiven) {
  EXPECT_EQ(change("write").find("port=0"), std::string::npos);
  EXPECT_NE(change("write").find("dns-server,192.168.12.1\n"),
            std::string::npos);
  options_.dns = Ipv4::parse("9.9.9.9");
  EXPECT_NE(change("write").find("port=0\n"), std::string::npos);
  EXPECT_NE(change("write").find("dns-server,9.9.9.9\n"), std::string::npos);
}

TEST_F(GatewayPlan, KeepsAcceptingRouterAdvertisementsWithIpv6) {
  options_.ipv6 = true;
  const std::string conf = "/proc/sys/net/ipv6/conf/";
  baseline_.settings[conf + "all/forwarding"] = "0\n";
  baseline_.settings[conf + "default/forwarding"] = "0\n";
  baseline_.settings[conf + "eth0/forwarding"] = "1\n";
  baseline_.settings[conf + "eth0/accept_ra"] = "1\n";
  EXPECT_NE(plan().find("eth0/accept_ra to 2 (it is 1)\n"), std::string::npos);
  EXPECT_NE(plan().find("all/forwarding to 1 (it is 0), which changes 2 "
                        "settings along with it\n"),
            std::string::npos);
  baseline_.settings[conf + "eth0/accept_ra"] = "0\n";  // disabled by the user
  EXPECT_EQ(plan().find("accept_ra"), std::string::npos);
  baseline_.settings[conf + "eth0/accept_ra"] = "1\n";
  baseline_.settings[conf + "all/forwarding"] = "1\n";  // forwards already
  EXPECT_EQ(plan().find("accept_ra"), std::string::npos);
}

TEST_F(GatewayPlan, RecordsLinkedSettings) {
  options_.ipv6 = true;
  const std::string conf = "/proc/sys/net/ipv6/conf/";
  baseline_.settings[conf + "all/forwarding"] = "0\n";
  baseline_.settings[conf + "default/forwarding"] = "0\n";
  baseline_.settings[conf + "eth0/forwarding"] = "1\n";
  baseline_.settings[conf + "eth0/accept_ra"] = "0\n";
  for (const auto& change : plan_gateway(options_, places_, baseline_)) {
    const Json json = change->json();
    if (json["change"] != "setting" || json["path"] != kIpv6) continue;
    EXPECT_EQ(json["old"], "0\n");
    const Json wanted = {
        {{"path", conf + "default/forwarding"}, {"old", "0\n"}},
        {{"path", conf + "eth0/forwarding"}, {"old", "1\n"}}};
    EXPECT_EQ(json["along"], wanted);
    EXPECT_EQ((*change_from_json(json))->json(), json);
    return;
  }
  FAIL() << "no change of " << kIpv6;
}

TEST_F(GatewayPlan, SurvivesJson) {
  options_.ipv6 = true;
  baseline_.settings["/proc/sys/net/ipv6/conf/all/forwarding"] = "0\n";
  auto changes = plan_gateway(options_, places_, baseline_);
  changes.push_back(plan_unit(options_, places_));
  for (const auto& change : changes) {
    const auto read = change_from_json(change->json());
    ASSERT_TRUE(read) << change->describe();
    EXPECT_EQ((*read)->json(), change->json());
  }
}

TEST_F(GatewayPlan, RefusesInvalidRecords) {
  for (const char* text :
       {"{}", "[]", "null", R"({"change":"link"})", R"({"change":"dance"})",
        R"({"change":"address","interface":"a","address":"b"})",
        R"({"change":"setting","path":"/etc/passwd","old":"x","along":[]})",
        R"({"change":"setting","path":"/proc/sys/net/a","old":"x"})",
        R"({"change":"setting","path":"/proc/sys/net/a","old":"","along":[]})",
        R"({"change":"setting","path":"/proc/sys/net/a","old":"x",
            "along":[{"path":"/etc/passwd","old":"x"}]})",
        R"({"change":"dnsmasq","config":"/run/a"})",
        R"({"change":"dnsmasq","process":7,"started":9})",
        R"({"change":"dnsmasq","config":"/run/a","process":2147483648})",
        R"({"change":"dnsmasq","config":"/run/a","process":-1})",
        R"({"change":"unit","folder":"/etc"})",
        R"({"change":"unit","name":"a.service"})"}) {
    EXPECT_FALSE(change_from_json(Json::parse(text))) << text;
  }
}

}  // namespace
}  // namespace flowtell
