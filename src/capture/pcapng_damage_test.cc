// SPDX-License-Identifier: Apache-2.0
//
// Invalid pcapng blocks.
#include <gtest/gtest.h>

#include "capture/frame_source.h"
#include "support/pcapng_bytes.h"
#include "support/put.h"
#include "support/read_back.h"

namespace flowtell {
namespace {

TestFrame small_frame() { return frame().ethernet().ipv4().udp().payload(5); }

void overwrite(std::string& bytes, std::size_t at, std::uint32_t value) {
  std::string little;
  put(little, value, ByteOrder::kLittle);
  bytes.replace(at, 4, little);
}

// A valid frame, a block with `value` written at `offset`, a valid frame.
std::string with_damaged_block(std::size_t offset, std::uint32_t value) {
  PcapngBytes file = pcapng().interface().enhanced(small_frame());
  const std::size_t at = file.size();
  file.enhanced(small_frame()).enhanced(small_frame());
  std::string bytes = file.bytes();
  overwrite(bytes, at + offset, value);
  return bytes;
}

std::size_t offset_of_damaged_block() {
  return pcapng().interface().enhanced(small_frame()).size();
}

constexpr std::size_t kLengthAt = 4;
constexpr std::size_t kInterfaceAt = 8;
constexpr std::size_t kCapturedAt = 20;

TEST(PcapngDamage, EndsAtAnInvalidBlockLength) {
  for (const std::uint32_t length : {0u, 8u, 13u, 0x01000004u, 0xfffffffcu}) {
    const std::string bytes = with_damaged_block(kLengthAt, length);
    for (const ReadBack& read :
         {read_back(bytes), read_back_streamed(bytes, 9)}) {
      EXPECT_EQ(read.frames.size(), 1u);
      ASSERT_TRUE(read.damage);
      EXPECT_EQ(read.damage->offset, offset_of_damaged_block());
      EXPECT_EQ(read.damage->what,
                fmt::format("a block claims a length of {} bytes", length));
    }
  }
}

TEST(PcapngDamage, EndsAtABlockWhoseLengthsDiffer) {
  const std::size_t size = pcapng().interface().enhanced(small_frame()).size() -
                           pcapng().interface().size();
  const ReadBack read = read_back(with_damaged_block(size - 4, 16));
  EXPECT_EQ(read.frames.size(), 1u);
  ASSERT_TRUE(read.damage);
  EXPECT_EQ(read.damage->offset, offset_of_damaged_block());
}

TEST(PcapngDamage, SkipsAPacketOfAnUnknownInterface) {
  const ReadBack read = read_back(with_damaged_block(kInterfaceAt, 1));
  EXPECT_EQ(read.frames.size(), 2u);
  ASSERT_TRUE(read.damage);
  EXPECT_EQ(read.damage->offset, offset_of_damaged_block());
}

TEST(PcapngDamage, SkipsAPacketLongerThanItsBlock) {
  for (const std::uint32_t captured : {200u, 0x7fffffffu, 0xffffffffu}) {
    const ReadBack read = read_back(with_damaged_block(kCapturedAt, captured));
    EXPECT_EQ(read.frames.size(), 2u);
    EXPECT_TRUE(read.damage);
  }
}

TEST(PcapngDamage, SkipsAPacketLongerThanTheFrameLimit) {
  TestFrame huge = small_frame();
  huge.bytes.resize(kMaxFrameSize + 1);
  const ReadBack read = read_back(
      pcapng().interface().enhanced(huge).enhanced(small_frame()).bytes());
  EXPECT_EQ(read.frames, std::vector{small_frame()});
  EXPECT_TRUE(read.damage);
}

TEST(PcapngDamage, SkipsASimplePacketWithoutAnInterface) {
  const ReadBack read =
      read_back(pcapng().simple(small_frame()).interface().bytes());
  EXPECT_TRUE(read.frames.empty());
  EXPECT_TRUE(read.damage);
}

TEST(PcapngDamage, SkipsAPacketBlockTooShortForItsFields) {
  const ReadBack read = read_back(pcapng()
                                      .interface()
                                      .block(6, "12345678")
                                      .block(2, "")
                                      .block(3, "")
                                      .enhanced(small_frame())
                                      .bytes());
  EXPECT_EQ(read.frames, std::vector{small_frame()});
  EXPECT_TRUE(read.damage);
}

TEST(PcapngDamage, ReportsAnInterfaceTooShortForItsFields) {
  const ReadBack read = read_back(pcapng().block(1, "1234").bytes());
  EXPECT_TRUE(read.damage);
}

TEST(PcapngDamage, SurvivesOptionsBeyondTheirBlock) {
  std::string body("\x01\x00\x00\x00\x00\x00\x00\x00", 8);  // Ethernet
  body += std::string("\x09\x00\xff\xff", 4);  // if_tsresol of 65535 bytes
  const ReadBack read =
      read_back(pcapng().block(1, body).enhanced(small_frame()).bytes());
  EXPECT_EQ(read.frames.size(), 1u);
}

TEST(PcapngDamage, EndsAtASectionWithoutByteOrderMagic) {
  PcapngBytes file = pcapng().interface().enhanced(small_frame());
  const std::size_t at = file.size();
  file.section(ByteOrder::kBig).interface().enhanced(small_frame());
  std::string bytes = file.bytes();
  overwrite(bytes, at + 8, 0x12345678);
  const ReadBack read = read_back(bytes);
  EXPECT_EQ(read.frames.size(), 1u);
  ASSERT_TRUE(read.damage);
  EXPECT_EQ(read.damage->offset, at);
  EXPECT_EQ(read.damage->what, "a section header has no byte-order magic");
}

TEST(PcapngDamage, ReportsACutInAnOversizedBlock) {
  std::string bytes = pcapng().interface().enhanced(small_frame()).bytes();
  for (const std::uint32_t value : {99u, 0xfffffff0u, 0u}) {
    put(bytes, value, ByteOrder::kLittle);
  }
  for (const ReadBack& read :
       {read_back(bytes), read_back_streamed(bytes, 9)}) {
    EXPECT_EQ(read.frames.size(), 1u);
    ASSERT_TRUE(read.damage);
    EXPECT_EQ(read.damage->what, "a block of 4294967280 bytes is cut off");
  }
}

}  // namespace
}  // namespace flowtell
