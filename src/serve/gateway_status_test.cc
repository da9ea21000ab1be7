// SPDX-License-Identifier: Apache-2.0
#include "serve/gateway_status.h"

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

TEST(GatewayStatus, PutsBytesToLeasesAndToDevicesWithoutOne) {
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

TEST(GatewayStatus, DoesWithoutATable) {
  EXPECT_EQ(devices_of(parse_leases("0 02:00 10.0.0.9 * *\n"), "").size(), 1u);
  EXPECT_TRUE(devices_of({}, R"({"nftables":[]})").empty());
}

TEST(GatewayStatus, IsToldAsATable) {
  GatewayStatus status;
  status.options.lan = "wlan0";
  status.options.wan = "eth0";
  status.since = "2026-01-02T03:04:05Z";
  status.devices =
      devices_of(parse_leases("0 02:00:00:00:00:01 10.0.0.9 phone *\n"), "");
  EXPECT_EQ(status_text({status}),
            "Gateway on wlan0: up since 2026-01-02T03:04:05Z\n"
            "  LAN wlan0: gone\n"
            "  WAN eth0: gone\n"
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
  EXPECT_NE(status_text({status}).find("not whole, it lacks dnsmasq; "),
            std::string::npos);
  EXPECT_EQ(status_text({}), "No gateway is up.\n");
  EXPECT_EQ(status_json({status})["gateways"][0]["devices"][0]["name"],
            "phone");
}

}  // namespace
}  // namespace flowtell
