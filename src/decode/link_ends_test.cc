// SPDX-License-Identifier: Apache-2.0
#include "decode/link_ends.h"

#include <gtest/gtest.h>

#include <string>

namespace flowtell {
namespace {

using namespace std::string_literals;

constexpr Station kPhone = 0x020000000010;
constexpr Station kRouter = 0x020000000001;

LinkEnds ends(LinkType link, const std::string& frame) {
  return find_link_ends(link, as_bytes(frame));
}

TEST(LinkEnds, AreTheMacsOfEthernet) {
  const std::string router = "\x02\0\0\0\0\x01"s;
  const std::string phone = "\x02\0\0\0\0\x10"s;
  const LinkEnds both = ends(LinkType::kEthernet, router + phone + "\x08\0"s);
  EXPECT_EQ(both.source, kPhone);
  EXPECT_EQ(both.destination, kRouter);
  const LinkEnds group =
      ends(LinkType::kEthernet, "\x33\x33\0\0\0\xfb"s + phone + "\x86\xdd");
  EXPECT_EQ(group.source, kPhone);
  EXPECT_EQ(group.destination, 0U) << "many stations";
  EXPECT_EQ(ends(LinkType::kEthernet, router + "\x02\0\0"s).source, 0U);
}

TEST(LinkEnds, AreTheSenderOfACookedFrame) {
  const auto sll = [](const std::string& type, const std::string& length) {
    return ends(LinkType::kLinuxSll,
                "\0\0"s + type + length + "\x02\0\0\0\0\x10\0\0\x08\0"s);
  };
  EXPECT_EQ(sll("\0\x01"s, "\0\x06"s).source, kPhone);
  EXPECT_EQ(sll("\0\x01"s, "\0\x06"s).destination, 0U);
  EXPECT_EQ(sll("\x03\x21"s, "\0\x06"s).source, kPhone) << "Wi-Fi";
  EXPECT_EQ(sll("\xff\xfe"s, "\0\x06"s).source, 0U) << "a tunnel";
  EXPECT_EQ(sll("\0\x01"s, "\0\0"s).source, 0U);
  EXPECT_EQ(ends(LinkType::kLinuxSll2,
                 "\x08\0\0\0\0\0\0\x02\0\x01\0\x06\x02\0\0\0\0\x10\0\0"s)
                .source,
            kPhone);
}

TEST(LinkEnds, AreUnknownWithoutMacs) {
  const std::string frame(20, 'x');
  for (const LinkType link :
       {LinkType::kRaw, LinkType::kNull, LinkType::kIpv4, LinkType{9999}}) {
    EXPECT_EQ(ends(link, frame).source, 0U);
    EXPECT_EQ(ends(link, frame).destination, 0U);
  }
}

}  // namespace
}  // namespace flowtell
