// SPDX-License-Identifier: Apache-2.0
#include "decode/host_name.h"

#include <gtest/gtest.h>

#include <string>

namespace flowtell {
namespace {

std::string normalised(std::string_view text) {
  const auto name = HostName::from(text);
  return name ? std::string(name->text()) : "rejected";
}

TEST(HostName, IsLowerCaseWithoutTheFinalDot) {
  EXPECT_EQ(normalised("WWW.Example.ORG."), "www.example.org");
  EXPECT_EQ(normalised("_dns-sd._udp.local"), "_dns-sd._udp.local");
  EXPECT_EQ(normalised("xn--bcher-kva.example"), "xn--bcher-kva.example");
  EXPECT_EQ(normalised("a"), "a");
}

TEST(HostName, RejectsInvalidNames) {
  for (const std::string text :
       {"", ".", "..", ".a", "a..b", "a b", "a,b", "a\"b", "a\nb", "b\xc3\xbc",
        "a/b", "a:1", "*.example.org"}) {
    EXPECT_EQ(normalised(text), "rejected") << text;
  }
  EXPECT_EQ(normalised(std::string("a\0b", 3)), "rejected");
}

TEST(HostName, BoundsLabelsAndTotalLength) {
  const std::string label(63, 'x');
  EXPECT_EQ(normalised(label), label);
  EXPECT_EQ(normalised(label + 'x'), "rejected");
  const std::string longest =
      label + '.' + label + '.' + label + '.' + std::string(61, 'x');
  ASSERT_EQ(longest.size(), HostName::kMaxLength);
  EXPECT_EQ(normalised(longest), longest);
  EXPECT_EQ(normalised(longest + '.'), longest);
  EXPECT_EQ(normalised(longest + 'x'), "rejected");
}

}  // namespace
}  // namespace flowtell
