// SPDX-License-Identifier: Apache-2.0
#include "flow/name_pool.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace flowtell {
namespace {

TEST(NamePool, StoresEachNameOnce) {
  NamePool names;
  const NameId a = names.put("a.example");
  EXPECT_EQ(names.put("a.example"), a);
  EXPECT_NE(names.put("b.example"), a);
  EXPECT_EQ(names.find(a), "a.example");
  EXPECT_EQ(names.size(), 2u);
  EXPECT_TRUE(names.put("").is_none());
  EXPECT_EQ(names.find({}), "");
}

TEST(NamePool, EvictsTheLeastRecentlyUsedName) {
  NamePool names(2);
  const NameId a = names.put("a.example");
  const NameId b = names.put("b.example");
  EXPECT_EQ(names.find(a), "a.example");
  const NameId c = names.put("c.example");
  EXPECT_EQ(names.find(b), "");  // never another name
  EXPECT_EQ(names.find(a), "a.example");
  EXPECT_EQ(names.find(c), "c.example");
  EXPECT_NE(names.put("b.example"), b);
}

TEST(NamePool, HasADefaultBound) {
  NamePool names;
  for (std::size_t i = 0; i < NamePool::kMaxSize + 1000; ++i) {
    names.put(fmt::format("flood-{}.example", i));
  }
  EXPECT_EQ(names.size(), 65'536u);
}

TEST(NamePool, StaysWithinItsBoundInAFlood) {
  NamePool names(100);
  for (int i = 0; i < 10'000; ++i) {
    const NameId id = names.put(fmt::format("flood-{}.example", i));
    ASSERT_EQ(names.find(id), fmt::format("flood-{}.example", i));
  }
  EXPECT_EQ(names.size(), 100u);
}

TEST(NamePool, CountsARepeatedPutAsUse) {
  NamePool names(2);
  const NameId a = names.put("a.example");
  const NameId b = names.put("b.example");
  names.put("a.example");
  names.put("c.example");
  EXPECT_EQ(names.find(a), "a.example");
  EXPECT_EQ(names.find(b), "");
}

TEST(NamePool, StoresTheLongestName) {
  NamePool names(1);
  const std::string longest(253, 'x');
  EXPECT_EQ(names.find(names.put(longest)), longest);
  EXPECT_EQ(names.find(names.put("short")), "short");
}

}  // namespace
}  // namespace flowtell
