// SPDX-License-Identifier: Apache-2.0
//
// Pool and RecencyList.
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

TEST(Pool, GivesFreshEntriesAtDistinctPositions) {
  Pool<Entry> pool;
  std::set<std::uint32_t> positions;
  for (int i = 0; i < 100; ++i) {
    const std::uint32_t position = pool.take();
    EXPECT_EQ(pool[position].value, 5);
    pool[position].value = i;
    EXPECT_TRUE(positions.insert(position).second);
  }
  EXPECT_EQ(pool.size(), 100u);
}

TEST(Pool, ReusesPositionsWithFreshEntries) {
  Pool<Entry> pool;
  const std::uint32_t one = pool.take();
  const std::uint32_t two = pool.take();
  pool[one].value = 1;
  pool[two].value = 2;
  pool.release(one);
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_EQ(pool.take(), one);
  EXPECT_EQ(pool[one].value, 5);
  EXPECT_EQ(pool[two].value, 2);
}

TEST(Pool, ReportsItsMemory) {
  Pool<Entry> pool;
  EXPECT_EQ(pool.memory(), 0u);
  std::vector<std::uint32_t> taken;
  for (int i = 0; i < 100; ++i) taken.push_back(pool.take());
  const std::size_t full = pool.memory();
  EXPECT_GE(full, 100 * sizeof(Entry));
  EXPECT_LE(full, 300 * sizeof(Entry));
  for (const std::uint32_t position : taken) pool.release(position);
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_GE(pool.memory(), full + 100 * sizeof(std::uint32_t))
      << "including the free list";
}

TEST(RecencyList, KeepsTheOrderOfLastUse) {
  Pool<Entry> pool;
  RecencyList<Entry> list(pool);
  std::list<std::uint32_t> reference;  // oldest first
  Random random(11);
  for (int step = 0; step < 20'000; ++step) {
    const auto any = [&] {
      return *std::next(reference.begin(),
                        static_cast<std::ptrdiff_t>(random.below(
                            static_cast<std::uint32_t>(reference.size()))));
    };
    const std::uint32_t action = random.below(reference.size() < 20 ? 4 : 3);
    if (reference.empty() || action == 3) {
      const std::uint32_t fresh = pool.take();
      list.add(fresh);
      reference.push_back(fresh);
    } else if (action == 0) {
      const std::uint32_t gone = any();
      list.remove(gone);
      pool.release(gone);
      reference.remove(gone);
    } else {
      const std::uint32_t used = any();
      list.touch(used);
      reference.remove(used);
      reference.push_back(used);
    }
    ASSERT_EQ(list.oldest(),
              reference.empty() ? kNoPosition : reference.front());
    // Follow the links from the oldest entry on.
    std::uint32_t at = list.oldest();
    for (const std::uint32_t expected : reference) {
      ASSERT_EQ(at, expected);
      at = pool[at].recency.newer;
    }
    ASSERT_EQ(at, kNoPosition);
  }
}

}  // namespace
}  // namespace flowtell
