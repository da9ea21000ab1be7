// SPDX-License-Identifier: Apache-2.0
//
// Pool, and the list that keeps its entries in the order of their use.
#include "base/pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <set>
#include <vector>

#include "base/random.h"
#include "base/recency_list.h"

namespace flowtell {
namespace {

struct Entry {
  int value = 5;
  RecencyLinks recency;
};

TEST(Pool, GivesFreshEntriesAtPlacesOfTheirOwn) {
  Pool<Entry> pool;
  std::set<std::uint32_t> places;
  for (int i = 0; i < 100; ++i) {
    const std::uint32_t place = pool.take();
    EXPECT_EQ(pool[place].value, 5);
    pool[place].value = i;
    EXPECT_TRUE(places.insert(place).second);
  }
  EXPECT_EQ(pool.size(), 100u);
}

TEST(Pool, UsesPlacesAgainAndMakesThemFresh) {
  Pool<Entry> pool;
  const std::uint32_t one = pool.take();
  const std::uint32_t two = pool.take();
  pool[one].value = 1;
  pool[two].value = 2;
  pool.give_back(one);
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_EQ(pool.take(), one);
  EXPECT_EQ(pool[one].value, 5);
  EXPECT_EQ(pool[two].value, 2);
}

TEST(Pool, TellsTheBytesThatItHolds) {
  Pool<Entry> pool;
  EXPECT_EQ(pool.memory(), 0u);
  std::vector<std::uint32_t> taken;
  for (int i = 0; i < 100; ++i) taken.push_back(pool.take());
  const std::size_t full = pool.memory();
  EXPECT_GE(full, 100 * sizeof(Entry));
  EXPECT_LE(full, 300 * sizeof(Entry));
  for (const std::uint32_t place : taken) pool.give_back(place);
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_GE(pool.memory(), full + 100 * sizeof(std::uint32_t))
      << "the places to be used again are remembered";
}

TEST(RecencyList, KeepsTheOrderOfLastUse) {
  Pool<Entry> pool;
  RecencyList<Entry> list(pool);
  std::list<std::uint32_t> twin;  // the oldest first
  Random random(11);
  for (int step = 0; step < 20'000; ++step) {
    const auto any = [&] {
      return *std::next(twin.begin(),
                        static_cast<std::ptrdiff_t>(random.below(
                            static_cast<std::uint32_t>(twin.size()))));
    };
    const std::uint32_t action = random.below(twin.size() < 20 ? 4 : 3);
    if (twin.empty() || action == 3) {
      const std::uint32_t fresh = pool.take();
      list.add(fresh);
      twin.push_back(fresh);
    } else if (action == 0) {
      const std::uint32_t gone = any();
      list.remove(gone);
      pool.give_back(gone);
      twin.remove(gone);
    } else {
      const std::uint32_t used = any();
      list.touch(used);
      twin.remove(used);
      twin.push_back(used);
    }
    ASSERT_EQ(list.oldest(), twin.empty() ? kNowhere : twin.front());
    // From the oldest on, link by link, as they are in the twin.
    std::uint32_t at = list.oldest();
    for (const std::uint32_t expected : twin) {
      ASSERT_EQ(at, expected);
      at = pool[at].recency.newer;
    }
    ASSERT_EQ(at, kNowhere);
  }
}

}  // namespace
}  // namespace flowtell
