// SPDX-License-Identifier: Apache-2.0
#include "model/ambiguity_table.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

const NameTable& known() {
  static const NameTable table = NameTable::of(
      {{"ads#.shop.example", {1, 1}}, {"www.shop.example", {1, 0}}});
  return table;
}

TEST(AmbiguityTable, KeysFoldNamesAndNameServices) {
  EXPECT_EQ(name_key("Ads12.Shop.example"), "ads#.shop.example");
  EXPECT_EQ(domain_key("Ads12.Shop.example"), ".shop.example");
  EXPECT_EQ(service_key(Protocol::kUdp, 53), "UDP 53");
  EXPECT_EQ(service_key(Protocol::kTcp, 443), "TCP 443");
}

TEST(AmbiguityTable, FindsTheGroupOfAFlow) {
  const AmbiguityTable table({{".shop.example", {{0, 1}, 4, 0.5}},
                              {"UDP 53", {{0, 1}, 9, 0.4}},
                              {"ads#.shop.example", {{0, 1}, 7, 0.3}}});
  const auto flows = [&](std::string_view server, Protocol protocol,
                         Port port) -> std::uint64_t {
    const auto* group = table.find(server, protocol, port, known());
    return group == nullptr ? 0 : group->flows;
  };
  EXPECT_EQ(flows("ads7.shop.example", Protocol::kTcp, 443), 7U);
  EXPECT_EQ(flows("ADS8.shop.example", Protocol::kUdp, 443), 7U);
  EXPECT_EQ(flows("new.shop.example", Protocol::kTcp, 443), 4U)
      << "an unseen name uses its domain";
  EXPECT_EQ(flows("www.shop.example", Protocol::kTcp, 443), 0U)
      << "a known name does not use the group of its domain";
  EXPECT_EQ(flows("else.example", Protocol::kUdp, 53), 0U)
      << "a flow with a name does not use its service";
  EXPECT_EQ(flows("", Protocol::kUdp, 53), 9U);
  EXPECT_EQ(flows("", Protocol::kTcp, 53), 0U);
  EXPECT_EQ(flows("", Protocol::kUdp, 443), 0U);
}

TEST(AmbiguityTable, FindsNothingInAnEmptyTable) {
  EXPECT_EQ(AmbiguityTable().find("", Protocol::kUdp, 53, known()), nullptr);
  EXPECT_EQ(AmbiguityTable().find("a.example", Protocol::kTcp, 443, {}),
            nullptr);
}

}  // namespace
}  // namespace flowtell
