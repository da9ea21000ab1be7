// SPDX-License-Identifier: Apache-2.0
#include "decode/piece_buffer.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "base/random.h"

namespace flowtell {
namespace {

std::string front(const PieceBuffer& pieces) {
  return std::string(as_text(pieces.front()));
}

TEST(PieceBuffer, JoinsPiecesInAnyOrder) {
  PieceBuffer pieces;
  pieces.put(3, as_bytes("def"));
  EXPECT_EQ(front(pieces), "");
  pieces.put(9, as_bytes("j"));
  pieces.put(0, as_bytes("abc"));
  EXPECT_EQ(front(pieces), "abcdef");
  pieces.put(6, as_bytes("ghi"));
  EXPECT_EQ(front(pieces), "abcdefghij");
}

TEST(PieceBuffer, KeepsTheBytesThatCameFirst) {
  PieceBuffer pieces;
  pieces.put(2, as_bytes("cd"));
  pieces.put(0, as_bytes("XXXXXX"));
  EXPECT_EQ(front(pieces), "XXcdXX");
  pieces.put(0, as_bytes("abcdefg"));
  EXPECT_EQ(front(pieces), "XXcdXXg");
}

TEST(PieceBuffer, DropsBytesBeyondItsBounds) {
  PieceBuffer pieces;
  pieces.put(PieceBuffer::kMax, as_bytes("x"));
  pieces.put(UINT64_MAX, as_bytes("x"));
  EXPECT_TRUE(pieces.empty());
  const std::string large(2 * PieceBuffer::kMax, 'x');
  pieces.put(1, as_bytes(large));
  pieces.put(0, as_bytes("a"));
  EXPECT_EQ(pieces.front().size(), PieceBuffer::kMax);
  pieces.clear();
  for (std::uint64_t at = 0; at < 1000; at += 2) pieces.put(at, as_bytes("y"));
  EXPECT_EQ(front(pieces), "y");
  // A piece that joins existing ranges is accepted even at the limit.
  pieces.put(1, as_bytes("z"));
  EXPECT_EQ(front(pieces), "yzy");
}

// The reference stores one optional byte per position.
TEST(PieceBuffer, MatchesASlowReference) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    PieceBuffer pieces;
    std::vector<std::optional<char>> reference(64);
    for (int i = 0; i < 24; ++i) {
      const std::size_t at = random.below(40);
      const std::string bytes(random.below(24), static_cast<char>('a' + i));
      pieces.put(at, as_bytes(bytes));
      for (std::size_t k = 0; k < bytes.size(); ++k) {
        if (!reference[at + k]) reference[at + k] = bytes[k];
      }
      std::string expected;
      for (std::size_t k = 0; reference[k]; ++k) expected += *reference[k];
      ASSERT_EQ(front(pieces), expected);
    }
  }
}

TEST(PieceBuffer, AcceptsOnlyAdjacentPiecesWhenItHasMaxRanges) {
  PieceBuffer pieces;
  constexpr std::uint64_t kRanges = PieceBuffer::kMaxRanges;
  for (std::uint64_t i = 0; i <= kRanges; ++i) {
    pieces.put(2 * i, as_bytes("x"));  // the last is dropped
  }
  pieces.put(2 * kRanges - 1, as_bytes("y"));  // next to the last stored one
  for (std::uint64_t i = 1; i < kRanges; ++i) {
    pieces.put(2 * i - 1, as_bytes("z"));
  }
  EXPECT_EQ(pieces.front().size(), 2 * kRanges);
  EXPECT_EQ(pieces.front().back(), 'y');
  pieces.put(2 * kRanges, as_bytes("w"));
  EXPECT_EQ(pieces.front().size(), 2 * kRanges + 1);
  EXPECT_EQ(pieces.front().back(), 'w');
}

TEST(PieceBuffer, AcceptsAPieceJustBeforeARangeWhenFull) {
  PieceBuffer pieces;
  for (std::uint64_t i = 0; i < PieceBuffer::kMaxRanges; ++i) {
    pieces.put(4 + 2 * i, as_bytes("x"));
  }
  pieces.put(3, as_bytes("d"));
  pieces.put(0, as_bytes("abc"));
  EXPECT_EQ(front(pieces), "abcdx");
}

TEST(PieceBuffer, IgnoresEmptyPiecesAndClears) {
  PieceBuffer pieces;
  pieces.put(5, {});
  EXPECT_TRUE(pieces.empty());
  pieces.put(0, as_bytes("abc"));
  EXPECT_FALSE(pieces.empty());
  pieces.clear();
  EXPECT_TRUE(pieces.empty());
  EXPECT_TRUE(pieces.front().empty());
  pieces.put(0, as_bytes("x"));
  EXPECT_EQ(front(pieces), "x");
}

TEST(PieceBuffer, StoresItsLastByte) {
  PieceBuffer pieces;
  pieces.put(0, as_bytes(std::string(PieceBuffer::kMax - 1, 'x')));
  EXPECT_EQ(pieces.front().size(), PieceBuffer::kMax - 1);
  pieces.put(PieceBuffer::kMax - 1, as_bytes("yz"));
  EXPECT_EQ(pieces.front().size(), PieceBuffer::kMax);
  EXPECT_EQ(pieces.front().back(), 'y');
}

}  // namespace
}  // namespace flowtell
