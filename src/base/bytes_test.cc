// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <vector>

#include "base/byte_writer.h"

namespace flowtell {
namespace {

TEST(ByteReader, ReadsInEitherByteOrder) {
  const std::vector<std::uint8_t> bytes = {1, 2, 3, 4, 5, 6, 7, 8};
  ByteReader big(bytes, ByteOrder::kBig);
  EXPECT_EQ(big.u8(), 1u);
  EXPECT_EQ(big.u16(), 0x0203u);
  EXPECT_EQ(big.u32(), 0x04050607u);
  ByteReader little(bytes, ByteOrder::kLittle);
  EXPECT_EQ(little.u16(), 0x0201u);
  EXPECT_EQ(little.u32(), 0x06050403u);
  EXPECT_EQ(ByteReader(bytes, ByteOrder::kBig).u64(), 0x0102030405060708u);
  EXPECT_EQ(ByteReader(bytes, ByteOrder::kLittle).u64(), 0x0807060504030201u);
}

TEST(ByteReader, ReportsItsPosition) {
  const std::vector<std::uint8_t> bytes = {1, 2, 3, 4, 5};
  ByteReader reader(bytes);
  reader.skip(1);
  EXPECT_EQ(reader.take(2).data(), &bytes[1]);
  EXPECT_EQ(reader.position(), 3u);
  EXPECT_EQ(reader.left(), 2u);
  EXPECT_EQ(reader.rest().data(), &bytes[3]);
  EXPECT_TRUE(reader.ok());
}

TEST(ByteReader, FailsPastTheEndAndStaysFailed) {
  const std::vector<std::uint8_t> bytes = {1, 2, 3};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0u) << "remaining bytes are not read either";
  EXPECT_TRUE(reader.take(0).empty());
  EXPECT_TRUE(reader.take(1).empty());
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.position(), 0u);
}

TEST(ByteReader, RejectsCountsThatWouldOverflow) {
  const std::vector<std::uint8_t> bytes = {1, 2, 3};
  for (const std::uint64_t count :
       {UINT64_C(4), UINT64_C(0xffffffff), UINT64_MAX, UINT64_MAX - 1}) {
    ByteReader reader(bytes);
    reader.u8();
    EXPECT_TRUE(reader.take(count).empty());
    EXPECT_FALSE(reader.ok());
  }
}

TEST(ByteReader, TakesTheWholeSpanAndAnEmptyOne) {
  const std::vector<std::uint8_t> bytes = {1, 2, 3};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.take(3).size(), 3u);
  EXPECT_TRUE(reader.take(0).empty());
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(ByteReader(Bytes{}).u8(), 0u);
}

TEST(ByteReader, CopiesReadIndependently) {
  const std::vector<std::uint8_t> bytes = {1, 2};
  ByteReader reader(bytes);
  ByteReader ahead = reader;
  ahead.u32();
  EXPECT_FALSE(ahead.ok());
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.u16(), 0x0102u);
}

RC_GTEST_PROP(ByteReader, NeverReadsOutOfBounds,
              (const std::vector<std::uint8_t>& bytes,
               const std::vector<std::uint8_t>& steps)) {
  ByteReader reader(bytes);
  bool has_failed = false;
  for (const std::uint8_t step : steps) {
    const std::size_t before = reader.position();
    switch (step % 6) {
      case 0:
        reader.u8();
        break;
      case 1:
        reader.u16();
        break;
      case 2:
        reader.u32();
        break;
      case 3:
        reader.u64();
        break;
      case 4:
        reader.skip(step / 6);
        break;
      default:
        const Bytes taken = reader.take(step / 6);
        RC_ASSERT(taken.empty() || taken.data() == bytes.data() + before);
    }
    RC_ASSERT(reader.position() <= bytes.size());
    RC_ASSERT(reader.position() + reader.left() == bytes.size());
    RC_ASSERT(!(has_failed && reader.ok()));
    has_failed = !reader.ok();
    if (has_failed) RC_ASSERT(reader.position() == before);
  }
}

TEST(ByteWriter, RoundTripsThroughTheReader) {
  ByteWriter writer;
  writer.u8(0xfe);
  writer.u16(0xfedc);
  writer.u32(0xfedcba98);
  writer.u64(0xfedcba9876543210);
  writer.f32(-0.1f);
  writer.f64(std::numeric_limits<double>::denorm_min());
  writer.text("naïve");
  writer.raw("tail");
  ByteReader reader(as_bytes(writer.bytes()), ByteOrder::kLittle);
  EXPECT_EQ(reader.u8(), 0xfeu);
  EXPECT_EQ(reader.u16(), 0xfedcu);
  EXPECT_EQ(reader.u32(), 0xfedcba98u);
  EXPECT_EQ(reader.u64(), 0xfedcba9876543210u);
  EXPECT_EQ(reader.f32(), -0.1f);
  EXPECT_EQ(reader.f64(), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(as_text(reader.take(reader.u32())), "naïve");
  EXPECT_EQ(as_text(reader.rest()), "tail");
  EXPECT_TRUE(reader.ok());
}

TEST(ByteWriter, WritesLittleEndianOnEveryMachine) {
  ByteWriter writer;
  writer.u32(0x04030201);
  EXPECT_EQ(writer.bytes(), "\x01\x02\x03\x04");
}

}  // namespace
}  // namespace flowtell
