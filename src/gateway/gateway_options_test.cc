// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_options.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

GatewayOptions usual() {
  GatewayOptions options;
  options.lan = "wlan0";
  options.wan = "eth0";
  return options;
}

std::string refusal(const GatewayOptions& options) {
  const auto checked = check_options(options);
  if (checked) return "";
  EXPECT_EQ(checked.error().kind, ErrorKind::kUsage);
  return checked.error().message;
}

TEST(GatewayOptions, HaveDefaults) {
  const GatewayOptions options = usual();
  EXPECT_EQ(options.address.text(), "192.168.12.1/24");
  EXPECT_EQ(options.leases().text(), "192.168.12.100-192.168.12.200");
  EXPECT_EQ(options.lease_seconds, 43'200u);
  EXPECT_TRUE(options.serves_dns());
  EXPECT_EQ(refusal(options), "");
}

TEST(GatewayOptions, FitLeasesToAnySubnet) {
  for (const char* text :
       {"10.0.0.1/8", "10.0.0.150/24", "10.0.0.1/25", "10.0.0.126/25",
        "10.0.0.1/30", "10.0.0.2/30", "172.16.5.9/29"}) {
    GatewayOptions options = usual();
    options.address = *Ipv4Prefix::parse(text);
    EXPECT_EQ(refusal(options), "") << text;
  }
  EXPECT_EQ(lease_range(*Ipv4Prefix::parse("10.0.0.1/8")).text(),
            "10.0.0.100-10.0.0.200");
  EXPECT_EQ(lease_range(*Ipv4Prefix::parse("10.0.0.1/25")).text(),
            "10.0.0.2-10.0.0.126");
  EXPECT_EQ(lease_range(*Ipv4Prefix::parse("10.0.0.150/24")).text(),
            "10.0.0.1-10.0.0.149");
}

TEST(GatewayOptions, RefuseInvalidValues) {
  const auto with = [](auto change) {
    GatewayOptions options = usual();
    change(options);
    return refusal(options);
  };
  using O = GatewayOptions&;
  EXPECT_NE(with([](O o) { o.wan = o.lan; }), "");
  for (const char* name :
       {"", "a b", "a*", "a:1", "a;b", "-x", ".", "a\nb", "sixteen-letters-"}) {
    EXPECT_NE(with([&](O o) { o.lan = name; }), "") << name;
    EXPECT_NE(with([&](O o) { o.wan = name; }), "") << name;
  }
  for (const char* text :
       {"192.168.12.0/24", "192.168.12.255/24", "192.168.12.1/31",
        "192.168.12.1/7", "127.0.0.1/8", "224.0.0.1/24", "0.0.0.1/8"}) {
    EXPECT_NE(with([&](O o) { o.address = *Ipv4Prefix::parse(text); }), "")
        << text;
  }
  for (const char* text :
       {"192.168.12.200-192.168.12.100", "192.168.13.100-192.168.13.200",
        "192.168.12.100-192.168.13.1", "192.168.12.0-192.168.12.9",
        "192.168.12.250-192.168.12.255", "192.168.12.1-192.168.12.9"}) {
    EXPECT_NE(with([&](O o) { o.dhcp = Ipv4Range::parse(text); }), "") << text;
  }
  for (const char* name : {"", ".", "a..b", "-a", "a-", "a b", "a\nb", "ä"}) {
    EXPECT_NE(with([&](O o) { o.domain = name; }), "") << name;
  }
  EXPECT_NE(with([](O o) { o.lease_seconds = 119; }), "");
  EXPECT_NE(with([](O o) { o.lease_seconds = 4'000'000'000; }), "");
}

TEST(GatewayOptions, AcceptValuesUpToTheirBounds) {
  const auto with = [](auto change) {
    GatewayOptions options = usual();
    change(options);
    return refusal(options);
  };
  using O = GatewayOptions&;
  EXPECT_EQ(with([](O o) { o.lan = "fifteen-letters"; }), "");
  for (const char* text : {"1.0.0.1/8", "126.0.0.1/8", "128.0.0.1/8",
                           "223.255.255.1/24", "192.168.12.1/30"}) {
    EXPECT_EQ(with([&](O o) { o.address = *Ipv4Prefix::parse(text); }), "")
        << text;
  }
  EXPECT_NE(with([](O o) { o.address = *Ipv4Prefix::parse("10.0.0.1/7"); }),
            "");
  for (const char* text :
       {"192.168.12.2-192.168.12.254", "192.168.12.9-192.168.12.9"}) {
    EXPECT_EQ(with([&](O o) { o.dhcp = Ipv4Range::parse(text); }), "") << text;
  }
  EXPECT_NE(with([](O o) {
              o.address = *Ipv4Prefix::parse("192.168.12.9/24");
              o.dhcp = Ipv4Range::parse("192.168.12.5-192.168.12.9");
            }),
            "");
  for (const std::uint32_t seconds : {120u, 31'536'000u}) {
    EXPECT_EQ(with([&](O o) { o.lease_seconds = seconds; }), "") << seconds;
  }
  EXPECT_NE(with([](O o) { o.lease_seconds = 31'536'001; }), "");
  const std::string label(63, 'a');
  const std::string longest =
      label + '.' + label + '.' + label + '.' + label.substr(2);
  ASSERT_EQ(longest.size(), 253u);
  EXPECT_EQ(with([&](O o) { o.domain = longest; }), "");
  EXPECT_NE(with([&](O o) { o.domain = longest + 'a'; }), "");
  EXPECT_NE(with([&](O o) { o.domain = label + 'a'; }), "");
  EXPECT_EQ(with([](O o) { o.domain = "Az-09.b"; }), "");
}

TEST(GatewayOptions, UseTheLargerPartIfTheDefaultRangeIsTaken) {
  const auto leases = [](const char* address) {
    return lease_range(*Ipv4Prefix::parse(address)).text();
  };
  EXPECT_EQ(leases("10.0.0.99/24"), "10.0.0.100-10.0.0.200");
  EXPECT_EQ(leases("10.0.0.100/24"), "10.0.0.101-10.0.0.254");
  EXPECT_EQ(leases("10.0.0.127/24"), "10.0.0.128-10.0.0.254");
  EXPECT_EQ(leases("10.0.0.128/24"), "10.0.0.1-10.0.0.127");
  EXPECT_EQ(leases("10.0.0.200/24"), "10.0.0.1-10.0.0.199");
  EXPECT_EQ(leases("10.0.0.201/24"), "10.0.0.100-10.0.0.200");
}

TEST(GatewayOptions, SurviveJson) {
  GatewayOptions options = usual();
  EXPECT_EQ(*options_from_json(options_json(options)), options);
  options.address = *Ipv4Prefix::parse("10.7.0.1/16");
  options.dhcp = Ipv4Range::parse("10.7.3.5-10.7.3.6");
  options.dns = Ipv4::parse("9.9.9.9");
  options.domain = "example.org";
  options.lease_seconds = 600;
  options.ipv6 = true;
  EXPECT_EQ(*options_from_json(options_json(options)), options);
  EXPECT_EQ(fmt::format("{}", fmt::join(command_line_of(options), " ")),
            "--lan wlan0 --wan eth0 --address 10.7.0.1/16 --dhcp "
            "10.7.3.5-10.7.3.6 --lease 600 --dns 9.9.9.9 --domain example.org "
            "--ipv6");
}

TEST(GatewayOptions, AreCheckedWhenReadFromJson) {
  Json json = options_json(usual());
  json["lan"] = "../etc";
  for (const Json& invalid :
       {json, Json(Json::object()), Json(Json::array())}) {
    const auto options = options_from_json(invalid);
    ASSERT_FALSE(options);
    EXPECT_EQ(options.error().kind, ErrorKind::kCorrupt) << "no usage error";
  }
}

}  // namespace
}  // namespace flowtell
