// SPDX-License-Identifier: Apache-2.0
#include "capture/read_ahead.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/random.h"

namespace flowtell {
namespace {

// Returns its bytes in pieces of random length, then fails or ends.
class Pieces : public ByteSource {
 public:
  Pieces(std::vector<std::uint8_t> bytes, bool fails)
      : bytes_(std::move(bytes)), fails_(fails) {}

  Result<std::size_t> read(std::span<std::uint8_t> into) override {
    const std::size_t left = bytes_.size() - at_;
    if (left == 0 && fails_) return fail(ErrorKind::kCorrupt, "it broke");
    const std::size_t count =
        std::min({left, into.size(), std::size_t{1} + random_.below(90'000)});
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), count,
                into.begin());
    at_ += count;
    return count;
  }

 private:
  std::vector<std::uint8_t> bytes_;
  bool fails_;
  std::size_t at_ = 0;
  Random random_{3};
};

std::vector<std::uint8_t> some_bytes(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  Random random(count);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
  return bytes;
}

ByteStream stream_of(const std::vector<std::uint8_t>& bytes, bool fails) {
  return ByteStream(
      std::make_unique<ReadAhead>(std::make_unique<Pieces>(bytes, fails)));
}

// Consumes steps of up to `max_step` bytes, as parsers consume records.
std::vector<std::uint8_t> take_all(ByteStream& stream, std::uint32_t max_step) {
  std::vector<std::uint8_t> taken;
  Random random(5);
  for (;;) {
    const std::size_t step = 1 + random.below(max_step);
    const bool is_filled = stream.fill(step);
    const Bytes window =
        stream.window().first(std::min(step, stream.window().size()));
    taken.insert(taken.end(), window.begin(), window.end());
    stream.consume(window.size());
    if (!is_filled) return taken;
  }
}

// Steps that fit the headroom of a block, and steps that do not.
TEST(ReadAhead, GivesEveryByteInOrder) {
  for (const std::size_t size : {0u, 1u, 300'000u, 3'000'000u}) {
    const auto bytes = some_bytes(size);
    for (const std::uint32_t max_step : {100u, 60'000u, 900'000u}) {
      ByteStream stream = stream_of(bytes, false);
      EXPECT_EQ(take_all(stream, max_step), bytes);
      EXPECT_EQ(stream.position(), size);
      EXPECT_FALSE(stream.problem());
    }
  }
}

TEST(ReadAhead, ReportsAFailureAfterAllEarlierBytes) {
  const auto bytes = some_bytes(700'000);
  for (const std::uint32_t max_step : {100u, 900'000u}) {
    ByteStream stream = stream_of(bytes, true);
    EXPECT_EQ(take_all(stream, max_step), bytes);
    ASSERT_TRUE(stream.problem());
    EXPECT_EQ(stream.problem()->kind, ErrorKind::kCorrupt);
    EXPECT_EQ(stream.problem()->message, "it broke");
  }
}

// A pipe could return more data after an end.
TEST(ReadAhead, ReadsNothingAfterAnEndOrFailure) {
  struct Script : ByteSource {
    explicit Script(bool is_broken) : fails(is_broken) {}
    Result<std::size_t> read(std::span<std::uint8_t>) override {
      if (++reads != 2) return std::size_t{10};
      if (fails) return fail(ErrorKind::kCorrupt, "it broke");
      return std::size_t{0};
    }
    bool fails;
    int reads = 0;
  };
  for (const bool fails : {false, true}) {
    ReadAhead ahead(std::make_unique<Script>(fails));
    const auto first = ahead.lend();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->size(), 10u);
    const auto second = ahead.lend();
    EXPECT_EQ(second.has_value(), !fails);
    if (second) {
      EXPECT_TRUE(second->empty());
    }
    const auto third = ahead.lend();
    ASSERT_TRUE(third);
    EXPECT_TRUE(third->empty());
  }
}

TEST(ReadAhead, StopsItsThreadOnDestruction) {
  ByteStream stream = stream_of(some_bytes(5'000'000), false);
  EXPECT_TRUE(stream.fill(10));
}

}  // namespace
}  // namespace flowtell
