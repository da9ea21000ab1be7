// SPDX-License-Identifier: Apache-2.0
//
// Compares the index with std::unordered_map under churn.
#include "base/hash_index.h"

#include <gtest/gtest.h>

#include <functional>
#include <unordered_map>

#include "base/hash.h"
#include "base/random.h"

namespace flowtell {
namespace {

using Hash = std::function<std::uint64_t(std::uint64_t)>;

// Keys in a vector with an index, as used in production.
class IndexedKeys {
 public:
  explicit IndexedKeys(Hash hash) : hash_(std::move(hash)) {}

  std::uint32_t find(std::uint64_t key) const {
    return index_.find(hash_(key),
                       [&](std::uint32_t at) { return keys_[at] == key; });
  }
  std::uint32_t add(std::uint64_t key) {
    keys_.push_back(key);
    const auto position = static_cast<std::uint32_t>(keys_.size() - 1);
    index_.insert(hash_(key), position);
    return position;
  }
  void erase(std::uint64_t key, std::uint32_t position) {
    index_.erase(hash_(key), position);
  }
  const HashIndex& index() const { return index_; }

 private:
  Hash hash_;
  std::vector<std::uint64_t> keys_;
  HashIndex index_;
};

void churn(const Hash& hash, std::uint32_t keys, int steps) {
  Random random(7);
  IndexedKeys indexed(hash);
  std::unordered_map<std::uint64_t, std::uint32_t> reference;
  for (int step = 0; step < steps; ++step) {
    const std::uint64_t key = random.below(keys);
    const auto known = reference.find(key);
    ASSERT_EQ(indexed.find(key),
              known == reference.end() ? HashIndex::kNone : known->second);
    if (known == reference.end()) {
      reference[key] = indexed.add(key);
    } else if (random.below(4) != 0) {
      indexed.erase(key, known->second);
      reference.erase(known);
    }
    ASSERT_EQ(indexed.index().size(), reference.size());
    if (step % 97 != 0) continue;
    for (std::uint64_t each = 0; each < keys; ++each) {
      const auto at = reference.find(each);
      ASSERT_EQ(indexed.find(each),
                at == reference.end() ? HashIndex::kNone : at->second);
    }
  }
}

TEST(HashIndex, MatchesAnUnorderedMap) {
  churn([](std::uint64_t key) { return keyed_hash(key); }, 500, 20'000);
}

TEST(HashIndex, MatchesWhenAllHashesCollide) {
  churn([](std::uint64_t) { return 42; }, 60, 5'000);
}

TEST(HashIndex, MatchesWhenHashesClusterAtTheTableEnd) {
  // Runs that wrap around: erasing moves pairs back across the table end.
  churn([](std::uint64_t key) { return 60 + key % 5; }, 40, 10'000);
  churn([](std::uint64_t key) { return key * 64 + 63; }, 40, 10'000);
  churn([](std::uint64_t key) { return 56 + key * 3 % 16; }, 40, 10'000);
}

TEST(HashIndex, DistinguishesKeysWithEqualHashes) {
  IndexedKeys indexed([](std::uint64_t) { return 0; });
  const std::uint32_t one = indexed.add(1);
  const std::uint32_t two = indexed.add(2);
  EXPECT_EQ(indexed.find(1), one);
  EXPECT_EQ(indexed.find(2), two);
  EXPECT_EQ(indexed.find(3), HashIndex::kNone);
}

TEST(HashIndex, ReservesTheRequestedCapacity) {
  HashIndex index(1000);
  const std::size_t memory = index.memory();
  for (std::uint32_t i = 0; i < 1000; ++i) index.insert(keyed_hash(i), i);
  EXPECT_EQ(index.memory(), memory);
}

TEST(HashIndex, DoesNotGrowUnderChurn) {
  IndexedKeys indexed([](std::uint64_t key) { return keyed_hash(key); });
  for (std::uint64_t key = 0; key < 40; ++key) indexed.add(key);
  const std::size_t memory = indexed.index().memory();
  for (std::uint64_t key = 40; key < 10'000; ++key) {
    indexed.erase(key - 40, static_cast<std::uint32_t>(key - 40));
    indexed.add(key);
  }
  EXPECT_EQ(indexed.index().memory(), memory);
  EXPECT_EQ(indexed.index().size(), 40u);
}

TEST(KeyedHash, IsEqualForEqualKeysAndSpreadsOthers) {
  EXPECT_EQ(keyed_hash(std::uint64_t{5}), keyed_hash(std::uint64_t{5}));
  std::unordered_map<std::uint64_t, int> seen;
  for (std::uint64_t key = 0; key < 10'000; ++key) ++seen[keyed_hash(key)];
  EXPECT_EQ(seen.size(), 10'000u);
}

}  // namespace
}  // namespace flowtell
