// SPDX-License-Identifier: Apache-2.0
#include "model/known_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/random.h"

namespace flowtell {
namespace {

using Row = std::vector<float>;

TEST(KnownRows, ContainExactlyTheRowsGiven) {
  const KnownRows rows = KnownRows::of(Row{1, 2, 3, 4, 1, 2, 5, 6}, 2);
  EXPECT_TRUE(rows.contains(Row{1, 2}));
  EXPECT_TRUE(rows.contains(Row{3, 4}));
  EXPECT_TRUE(rows.contains(Row{5, 6}));
  EXPECT_FALSE(rows.contains(Row{2, 1}));
  EXPECT_FALSE(rows.contains(Row{2, 3})) << "the values of two rows";
  EXPECT_FALSE(rows.contains(Row{1}));
  EXPECT_FALSE(rows.contains(Row{1, std::nextafterf(2, 3)}))
      << "rows are compared bit for bit";
}

TEST(KnownRows, AreEmptyWithoutRows) {
  EXPECT_TRUE(KnownRows::of({}, 14).hashes().empty());
  EXPECT_TRUE(KnownRows().hashes().empty());
  EXPECT_FALSE(KnownRows().contains(Row{0, 0}));
}

TEST(KnownRows, AreSortedAndListedOnce) {
  Random random(5);
  Row values;
  for (int i = 0; i < 3000; ++i) {
    values.push_back(static_cast<float>(random.below(30)));
  }
  const KnownRows rows = KnownRows::of(values, 3);
  EXPECT_TRUE(std::ranges::is_sorted(rows.hashes(), std::less_equal<>()));
  EXPECT_LT(rows.hashes().size(), 1000U) << "some rows are repeated";
  for (std::size_t at = 0; at < values.size(); at += 3) {
    EXPECT_TRUE(rows.contains(std::span(values).subspan(at, 3)));
  }
  const KnownRows read = KnownRows::of_hashes(rows.hashes());
  EXPECT_EQ(read.hashes(), rows.hashes());
  EXPECT_TRUE(read.contains(std::span(values).first(3)));
}

// Hashes are part of the file format: the lower half of XXH3 of the values as
// little-endian bytes. Reference: xxHash's own implementation.
TEST(KnownRows, HaveTheSameHashesOnEveryMachine) {
  const auto hash = [](const Row& row) {
    return KnownRows::of(row, row.size()).hashes().front();
  };
  EXPECT_EQ(hash({1, 2.5F, -3}), 0x0768aadbU);
  EXPECT_EQ(hash({0, 0, 0}), 0x69c2a4f0U);
  Row wide;
  for (int i = 0; i < 14; ++i) wide.push_back(static_cast<float>(i) * 100.25F);
  EXPECT_EQ(hash(wide), 0x97d6e30dU);
}

}  // namespace
}  // namespace flowtell
