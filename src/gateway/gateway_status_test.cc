// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_status.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

constexpr std::string_view kTable = R"({"nftables":[{"metainfo":{}},
  {"set":{"name":"sent","elem":[
    {"elem":{"val":"10.0.0.9","counter":{"packets":2,"bytes":120}}},
    {"elem":{"val":"10.0.0.5","counter":{"packets":1,"bytes":60}}}]}},
  {"set":{"name":"received","elem":[
    {"elem":{"val":"10.0.0.9","counter":{"packets":3,"bytes":4000}}}]}},
  {"chain":{"name":"forward"}}]})";

TEST(GatewayStatus, JoinsCountersWithLeases) {
  const auto devices = devices_of(
      parse_leases("0 02:00:00:00:00:01 10.0.0.9 phone *\n"), kTable);
  ASSERT_EQ(devices.size(), 2u);
  EXPECT_EQ(devices[0].address.text(), "10.0.0.5");
  EXPECT_FALSE(devices[0].lease);
  EXPECT_EQ(devices[0].sent.bytes, 60u);
  EXPECT_EQ(devices[0].received.bytes, 0u);
  EXPECT_EQ(devices[1].lease->name, "phone");
  EXPECT_EQ(devices[1].sent.packets, 2u);
  EXPECT_EQ(devices[1].received.bytes, 4000u);
}

TEST(GatewayStatus, IgnoresElementsWithoutACounter) {
  for (const char* element : {R"({"val":"10.0.0.9"})", R"("10.0.0.9")"}) {
    EXPECT_TRUE(
        devices_of({}, std::string(R"({"nftables":[{"set":{)"
                                   R"("name":"sent","elem":[{"elem":)") +
                           element + "}]}}]}")
            .empty())
        << element;
  }
}

TEST(GatewayStatus, AcceptsAMissingTable) {
  EXPECT_EQ(devices_of(parse_leases("0 02:00 10.0.0.9 * *\n"), "").size(), 1u);
  EXPECT_TRUE(devices_of({}, R"({"nftables":[]})").empty());
}

TEST(GatewayStatus, IsFormattedAsATable) {
  GatewayStatus status;
  status.options.lan = "wlan0";
  status.options.wan = "eth0";
  status.since = "2026-01-02T03:04:05Z";
  status.devices =
      devices_of(parse_leases("0 02:00:00:00:00:01 10.0.0.9 phone *\n"), "");
  EXPECT_EQ(status_text({status}),
            "Gateway on wlan0: up since 2026-01-02T03:04:05Z\n"
            "  LAN wlan0: absent\n"
            "  WAN eth0: absent\n"
            "  leases from 192.168.12.100 to 192.168.12.200, for 43200 s; DNS "
            "by the gateway, domain lan\n"
            "  IPv6 is not forwarded; after a reboot it does not return\n"
            "\n"
            "device                  MAC   name  lease ends  bytes sent  bytes "
            "received\n"
            "---------------------------------------------------------------"
            "-----------\n"
            "10.0.0.9  02:00:00:00:00:01  phone       never           0        "
            "       0\n");
  status.missing = {"dnsmasq"};
  EXPECT_NE(status_text({status}).find("incomplete, missing dnsmasq; "),
            std::string::npos);
  EXPECT_EQ(status_text({}), "No gateway is up.\n");
  EXPECT_EQ(status_json({status})["gateways"][0]["devices"][0]["name"],
            "phone");
}

Interface interface_named(const char* name, bool is_up, bool has_carrier) {
  Interface interface;
  interface.name = name;
  interface.mac = "02:00:00:00:00:01";
  interface.is_up = is_up;
  interface.has_carrier = has_carrier;
  return interface;
}

bool shows_line(const GatewayStatus& status, const std::string& line) {
  return status_text({status}).find('\n' + line + '\n') != std::string::npos;
}

TEST(GatewayStatus, ShowsTheStateOfItsInterfaces) {
  GatewayStatus status;
  status.options.lan = "wlan0";
  status.options.wan = "eth0";
  status.lan = interface_named("wlan0", false, false);
  status.wan = interface_named("eth0", true, false);
  EXPECT_TRUE(shows_line(status, "  LAN wlan0: down"));
  EXPECT_TRUE(shows_line(status, "  WAN eth0: up, without a link"));
  status.wan->has_carrier = true;
  status.wan->addresses = {*Ipv4Prefix::parse("10.0.0.2/24"),
                           *Ipv4Prefix::parse("10.0.1.2/24")};
  EXPECT_TRUE(shows_line(status, "  WAN eth0: up, 10.0.0.2/24, 10.0.1.2/24"));
  EXPECT_TRUE(
      status_text({status}).ends_with("\n\nNo device has been seen yet.\n"));
}

TEST(GatewayStatus, ShowsOtherOptions) {
  GatewayStatus status;
  status.options.lan = "wlan0";
  status.options.wan = "eth0";
  status.options.dns = Ipv4::parse("9.9.9.9");
  status.options.ipv6 = true;
  status.returns_after_reboot = true;
  EXPECT_TRUE(shows_line(status,
                         "  leases from 192.168.12.100 to 192.168.12.200, for "
                         "43200 s; DNS 9.9.9.9, domain lan"));
  EXPECT_TRUE(
      shows_line(status, "  IPv6 is forwarded; after a reboot it returns"));
  status.missing = {"a", "b"};
  EXPECT_TRUE(status_text({status}).starts_with(
      "Gateway on wlan0: incomplete, missing a and b; 'flowtell gateway up "
      "--lan wlan0 --wan eth0 --dns 9.9.9.9 --ipv6' "));
  const std::string one = status_text({status});
  EXPECT_EQ(status_text({status, status}), one + '\n' + one);
}

TEST(GatewayStatus, ShowsDevicesWithAndWithoutLeases) {
  GatewayStatus status;
  status.devices = devices_of(
      parse_leases("1700043200 02:00:00:00:00:01 10.0.0.9 * *\n"), kTable);
  const std::string text = status_text({status});
  EXPECT_NE(text.find("10.0.0.5                  -     -"), std::string::npos)
      << text;
  EXPECT_NE(text.find("10.0.0.9  02:00:00:00:00:01     -  "
                      "2023-11-15T10:13:20Z"),
            std::string::npos)
      << text;
}

TEST(GatewayStatus, HasAllFieldsInJson) {
  GatewayStatus status;
  status.options.lan = "wlan0";
  status.options.wan = "eth0";
  status.since = "2026-01-02T03:04:05Z";
  status.dnsmasq = 71;
  status.lan = interface_named("wlan0", true, false);
  status.lan->addresses = {*Ipv4Prefix::parse("192.168.12.1/24")};
  status.devices = devices_of(
      parse_leases("0 02:00:00:00:00:01 10.0.0.9 phone *\n"), kTable);
  const Json json = status_json({status})["gateways"][0];
  EXPECT_EQ(json["up"], true);
  EXPECT_EQ(json["since"], status.since);
  EXPECT_EQ(json["missing"], Json::array());
  EXPECT_EQ(json["dnsmasq"], 71);
  EXPECT_EQ(json["persistent"], false);
  EXPECT_EQ(json["lan"],
            Json::parse(R"({"interface":"wlan0","present":true,"up":true,
                "link":false,"mac":"02:00:00:00:00:01",
                "addresses":["192.168.12.1/24"]})"));
  EXPECT_EQ(json["wan"],
            Json::parse(R"({"interface":"eth0","present":false})"));
  EXPECT_EQ(json["options"], options_json(status.options));
  EXPECT_EQ(json["devices"], Json::parse(R"([
      {"address":"10.0.0.5","sent":{"packets":1,"bytes":60},
       "received":{"packets":0,"bytes":0}},
      {"address":"10.0.0.9","mac":"02:00:00:00:00:01","name":"phone",
       "lease_ends":"never","sent":{"packets":2,"bytes":120},
       "received":{"packets":3,"bytes":4000}}])"));
  status.missing = {"dnsmasq"};
  status.dnsmasq.reset();
  const Json broken = status_json({status})["gateways"][0];
  EXPECT_EQ(broken["up"], false);
  EXPECT_EQ(broken["missing"], Json::array({"dnsmasq"}));
  EXPECT_TRUE(broken["dnsmasq"].is_null());
}

}  // namespace
}  // namespace flowtell
