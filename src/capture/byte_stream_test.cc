// SPDX-License-Identifier: Apache-2.0
#include "capture/byte_stream.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "support/read_back.h"

namespace flowtell {
namespace {

std::string counting_bytes(std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) {
    bytes += static_cast<char>(i * 7 + i / 256);
  }
  return bytes;
}

TEST(ByteStream, BuffersAllBytesInMemory) {
  const std::string bytes = "abcdef";
  ByteStream stream(as_bytes(bytes));
  EXPECT_TRUE(stream.fill(6));
  EXPECT_FALSE(stream.fill(7));
  stream.consume(2);
  EXPECT_EQ(as_text(stream.window()), "cdef");
  EXPECT_EQ(stream.position(), 2u);
  EXPECT_FALSE(stream.problem());
}

TEST(ByteStream, FillsFromShortReads) {
  ByteStream stream(in_chunks("abcdef", 1));
  EXPECT_TRUE(stream.window().empty());
  ASSERT_TRUE(stream.fill(4));
  EXPECT_EQ(as_text(stream.window().first(4)), "abcd");
  stream.consume(3);
  ASSERT_TRUE(stream.fill(3));
  EXPECT_EQ(as_text(stream.window()), "def");
  EXPECT_FALSE(stream.fill(4));
  EXPECT_EQ(as_text(stream.window()), "def") << "buffered bytes stay available";
}

TEST(ByteStream, SkipsBeyondItsWindow) {
  ByteStream stream(in_chunks(counting_bytes(1000), 17));
  EXPECT_TRUE(stream.skip(900));
  EXPECT_EQ(stream.position(), 900u);
  ASSERT_TRUE(stream.fill(1));
  EXPECT_EQ(stream.window()[0],
            static_cast<std::uint8_t>(counting_bytes(1000)[900]));
  EXPECT_FALSE(stream.skip(101));
}

TEST(ByteStream, SkipsToItsEndAndNoFurther) {
  for (const std::size_t bite : {1u, 2u, 3u}) {
    ByteStream stream(in_chunks("abc", bite));
    EXPECT_TRUE(stream.skip(0));
    EXPECT_TRUE(stream.skip(3)) << bite;
    EXPECT_EQ(stream.position(), 3u);
    EXPECT_FALSE(stream.skip(1));
    EXPECT_TRUE(stream.skip(0)) << "an empty skip succeeds at the end";
  }
}

TEST(ByteStream, ReportsASourceFailure) {
  ByteStream stream(in_chunks("abc", 2, "the cable is out"));
  EXPECT_TRUE(stream.fill(3));
  EXPECT_FALSE(stream.problem());
  EXPECT_FALSE(stream.fill(4));
  ASSERT_TRUE(stream.problem());
  EXPECT_EQ(stream.problem()->kind, ErrorKind::kNotReadable);
  EXPECT_EQ(stream.problem()->message, "the cable is out");
  EXPECT_EQ(as_text(stream.window()), "abc");
}

TEST(ByteStream, BecomesASourceOfTheRemainingBytes) {
  ByteStream stream(in_chunks("abcdef", 4));
  ASSERT_TRUE(stream.fill(3));
  stream.consume(1);
  ByteStream again(std::move(stream).into_source());
  EXPECT_FALSE(again.fill(6));
  EXPECT_EQ(as_text(again.window()), "bcdef");
}

TEST(ByteStream, PassesAFailureToTheDerivedSource) {
  ByteStream again(
      ByteStream(in_chunks("abc", 2, "the cable is out")).into_source());
  EXPECT_FALSE(again.fill(4));
  ASSERT_TRUE(again.problem());
  EXPECT_EQ(again.problem()->kind, ErrorKind::kNotReadable);
  EXPECT_EQ(again.problem()->message, "the cable is out");
}

TEST(ByteStream, GivesTheSameBytesForAnyReadAndStepSize) {
  const std::string bytes = counting_bytes(600'000);
  Random random(1);
  for (const std::size_t bite : {1000u, 4096u, 300'000u, 1'000'000u}) {
    ByteStream stream(in_chunks(bytes, bite));
    std::size_t at = 0;
    while (at < bytes.size()) {
      const std::size_t wanted = 1 + random.below(100'000);
      const bool filled = stream.fill(wanted);
      ASSERT_EQ(filled, wanted <= bytes.size() - at);
      const std::size_t take = std::min(wanted, stream.window().size());
      ASSERT_EQ(as_text(stream.window().first(take)), bytes.substr(at, take));
      stream.consume(take);
      at += take;
      ASSERT_EQ(stream.position(), at);
    }
  }
}

}  // namespace
}  // namespace flowtell
