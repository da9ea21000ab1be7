// SPDX-License-Identifier: Apache-2.0
#include "gateway/network_state.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

TEST(NetworkState, ReadsInterfaces) {
  const auto interfaces = parse_interfaces(R"([
    {"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"link_type":"loopback"},
    {"ifname":"eth0","flags":["UP","LOWER_UP"],"link_type":"ether",
     "address":"02:00:00:00:00:01","addr_info":[
       {"family":"inet","local":"10.0.0.2","prefixlen":8},
       {"family":"inet6","local":"fe80::1","prefixlen":64}]},
    {},
    {"ifname":"eth1","flags":[],"link_type":"ether","master":"br0"}])");
  ASSERT_TRUE(interfaces);
  ASSERT_EQ(interfaces->size(), 3u);
  EXPECT_TRUE(interfaces->at(0).is_loopback);
  const Interface& eth0 = interfaces->at(1);
  EXPECT_TRUE(eth0.is_up && eth0.has_carrier && eth0.is_ethernet);
  ASSERT_EQ(eth0.addresses.size(), 1u);
  EXPECT_EQ(eth0.addresses[0].text(), "10.0.0.2/8");
  EXPECT_EQ(eth0.mac, "02:00:00:00:00:01");
  EXPECT_FALSE(eth0.is_loopback);
  EXPECT_FALSE(interfaces->at(0).is_ethernet);
  EXPECT_FALSE(interfaces->at(2).has_carrier);
  EXPECT_EQ(interfaces->at(2).bridge, "br0");
  EXPECT_FALSE(interfaces->at(2).is_up);
}

TEST(NetworkState, SeparatesUpFromCarrier) {
  const auto interfaces = parse_interfaces(
      R"([{"ifname":"a","flags":["UP"]},{"ifname":"b","flags":["LOWER_UP"]},
          {"ifname":"c"},{"ifname":"d","addr_info":[
           {"local":"10.0.0.1","prefixlen":33},
           {"local":"10.0.0.2","prefixlen":32},{"local":"10.0.0.3"}]}])");
  ASSERT_TRUE(interfaces);
  EXPECT_TRUE(interfaces->at(0).is_up);
  EXPECT_FALSE(interfaces->at(0).has_carrier);
  EXPECT_FALSE(interfaces->at(1).is_up);
  EXPECT_TRUE(interfaces->at(1).has_carrier);
  EXPECT_FALSE(interfaces->at(2).is_up || interfaces->at(2).has_carrier);
  ASSERT_EQ(interfaces->at(3).addresses.size(), 2u);
  EXPECT_EQ(interfaces->at(3).addresses[0].text(), "10.0.0.2/32");
  EXPECT_EQ(interfaces->at(3).addresses[1].text(), "10.0.0.3/32");
  NetworkState state;
  state.interfaces = *interfaces;
  EXPECT_EQ(state.find("b"), &state.interfaces[1]);
  EXPECT_EQ(state.find("e"), nullptr);
}

TEST(NetworkState, ReadsUnicastRoutes) {
  const auto routes = parse_routes(R"([
    {"dst":"default","gateway":"10.0.0.1","dev":"eth0"},
    {"type":"unicast","dst":"10.0.0.0/8","dev":"eth0"},
    {"type":"local","dst":"10.0.0.2","dev":"eth0"},
    {"type":"blackhole","dst":"10.9.0.0/16"},
    {"dst":"10.4.4.4","nexthops":[{"dev":"a"},{"dev":"b"}]}])");
  ASSERT_TRUE(routes);
  std::string text;
  for (const Route& route : *routes) {
    text += route.to.text() + ' ' + route.interface + '\n';
  }
  EXPECT_EQ(text,
            "0.0.0.0/0 eth0\n10.0.0.0/8 eth0\n10.4.4.4/32 a\n10.4.4.4/32 b\n");
}

TEST(NetworkState, ReadsTablesAndDroppingChains) {
  const auto rules = parse_ruleset(
      R"({"nftables":[{"metainfo":{}},{"table":{"family":"inet","name":"a"}},
          {"table":{"family":"ip","name":"b"}}]})",
      R"({"nftables":[{"chain":{"family":"ip","table":"filter",
          "name":"FORWARD","hook":"forward","policy":"drop"}},
          {"chain":{"family":"ip","table":"filter","name":"INPUT",
          "hook":"input","policy":"accept"}},
          {"chain":{"family":"ip","table":"filter","name":"mine"}}]})");
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->inet_tables, std::vector<std::string>{"a"});
  ASSERT_EQ(rules->dropping.size(), 1u);
  EXPECT_EQ(rules->dropping[0].table, "ip filter");
  EXPECT_EQ(rules->dropping[0].chain, "FORWARD");
}

TEST(NetworkState, AcceptsEmptyOutputAndRefusesInvalidJson) {
  EXPECT_TRUE(parse_routes("")->empty());
  EXPECT_TRUE(parse_interfaces("[]")->empty());
  EXPECT_TRUE(parse_routes(" \n")->empty());
  EXPECT_TRUE(parse_ruleset("", "")->inet_tables.empty());
  EXPECT_FALSE(parse_routes("Usage: ip"));
  EXPECT_FALSE(parse_interfaces("Usage: ip"));
  const auto rules = parse_ruleset(R"({"nftables":[]})", "Error: syntax");
  ASSERT_FALSE(rules);
  EXPECT_TRUE(rules.error().message.starts_with("nft printed no JSON"));
  EXPECT_FALSE(parse_ruleset("Error: syntax", R"({"nftables":[]})"));
}

}  // namespace
}  // namespace flowtell
