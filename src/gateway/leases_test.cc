// SPDX-License-Identifier: Apache-2.0
#include "gateway/leases.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

TEST(Leases, AreSortedByAddress) {
  const auto leases = parse_leases(
      "1700043200 02:00:00:00:00:01 192.168.12.120 phone 01:02:00\n"
      "0 02:00:00:00:00:02 192.168.12.99 * *\n");
  ASSERT_EQ(leases.size(), 2u);
  EXPECT_EQ(leases[0].address.text(), "192.168.12.99");
  EXPECT_EQ(leases[0].name, "");
  EXPECT_EQ(leases[0].ends, 0);
  EXPECT_EQ(leases[1].mac, "02:00:00:00:00:01");
  EXPECT_EQ(leases[1].name, "phone");
  EXPECT_EQ(leases[1].ends, 1700043200);
}

TEST(Leases, SkipOtherLines) {
  EXPECT_TRUE(parse_leases("").empty());
  EXPECT_TRUE(parse_leases("duid 00:01:00:01\n"
                           "1700043200 1 fd00::5 phone 00:01\n"
                           "soon 02:00 192.168.12.9 phone *\n"
                           "1700043200 02:00\n")
                  .empty());
}

TEST(Leases, AcceptLinesWithoutAnIdentifier) {
  EXPECT_EQ(parse_leases("1 02:00 10.0.0.2 phone").size(), 1u);
}

TEST(Leases, KeepPrintableCharacters) {
  const auto leases = parse_leases("1 0\x1f:00 10.0.0.2 !a~\xc3 *\n");
  ASSERT_EQ(leases.size(), 1u);
  EXPECT_EQ(leases[0].name, "!a~?");
  EXPECT_EQ(leases[0].mac, "0?:00");
}

TEST(Leases, ReplaceControlCharactersInNames) {
  const auto leases =
      parse_leases("1 02:00:00:00:00:01 10.0.0.2 a\x1b[31mb\x7f *\n");
  ASSERT_EQ(leases.size(), 1u);
  EXPECT_EQ(leases[0].name, "a?[31mb?");
}

}  // namespace
}  // namespace flowtell
