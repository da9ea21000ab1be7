// SPDX-License-Identifier: Apache-2.0
#include "capture/file_formats.h"

#include <gtest/gtest.h>

#include "support/pcapng_bytes.h"
#include "support/put.h"
#include "support/read_back.h"

namespace flowtell {
namespace {

TestFrame frame_after(Duration after = 0s) {
  return frame().ethernet().ipv4().udp().payload(5).at(kTestStart + after);
}

std::vector<TestFrame> frames_of_file() {
  return {frame_after(), frame_after(1500us),
          frame().ethernet().ipv6().tcp().payload(900).snap(54).at(kTestStart +
                                                                   3s)};
}

class EveryPcapngOrder : public testing::TestWithParam<ByteOrder> {};

TEST_P(EveryPcapngOrder, ReadsBackTheFrames) {
  PcapngBytes file = pcapng(GetParam()).interface();
  for (const TestFrame& each : frames_of_file()) file.enhanced(each);
  const ReadBack read = read_back(file.bytes());
  EXPECT_EQ(read.frames, frames_of_file());
  EXPECT_FALSE(read.damage);
}

TEST_P(EveryPcapngOrder, DoesNotDependOnReadSizes) {
  PcapngBytes file = pcapng(GetParam()).interface();
  for (const TestFrame& each : frames_of_file()) file.enhanced(each);
  for (std::size_t bite = 1; bite <= file.size(); ++bite) {
    const std::size_t batch = 1 + bite % 5;
    const ReadBack read = read_back_streamed(file.bytes(), bite, batch);
    ASSERT_EQ(read.frames, frames_of_file()) << bite << " bytes at a time";
    ASSERT_FALSE(read.damage);
  }
}

TEST_P(EveryPcapngOrder, ReadsOldPacketBlocks) {
  const ReadBack read = read_back(
      pcapng(GetParam()).interface().old_packet(frames_of_file()[2]).bytes());
  ASSERT_EQ(read.frames.size(), 1u);
  EXPECT_EQ(read.frames[0], frames_of_file()[2]);
}

TEST_P(EveryPcapngOrder, GivesASimplePacketThePreviousTime) {
  const ReadBack read = read_back(pcapng(GetParam())
                                      .interface()
                                      .enhanced(frame_after(7s))
                                      .simple(frame_after())
                                      .bytes());
  ASSERT_EQ(read.frames.size(), 2u);
  EXPECT_EQ(read.frames[1].time, kTestStart + 7s);
  EXPECT_EQ(read.frames[1].bytes, frame_after().bytes);
}

TEST_P(EveryPcapngOrder, ReadsEachInterfacesClock) {
  const PcapngInterface clocks[] = {
      {.resolution = 6},
      {.resolution = 9},
      {.resolution = 3},
      {.resolution = 0x80 | 20},
      {.resolution = 9, .offset_seconds = 1'554'000'000},
      {.resolution = 6, .offset_seconds = -1'000'000'000},
  };
  PcapngBytes file(GetParam());
  for (const PcapngInterface& clock : clocks) file.interface(clock);
  for (std::uint32_t i = 0; i < std::size(clocks); ++i) {
    file.enhanced(frame_after(250ms), i);
  }
  const ReadBack read = read_back(file.bytes());
  ASSERT_EQ(read.frames.size(), std::size(clocks));
  for (const TestFrame& each : read.frames) {
    EXPECT_EQ(each.time, kTestStart + 250ms);
  }
}

TEST_P(EveryPcapngOrder, ReportsEachInterfacesLinkType) {
  const ReadBack read = read_back(pcapng(GetParam())
                                      .interface({.link = LinkType::kEthernet})
                                      .interface({.link = LinkType::kLinuxSll2})
                                      .enhanced(frame_after(), 1)
                                      .enhanced(frame_after(), 0)
                                      .bytes());
  ASSERT_EQ(read.frames.size(), 2u);
  EXPECT_EQ(read.frames[0].link, LinkType::kLinuxSll2);
  EXPECT_EQ(read.frames[1].link, LinkType::kEthernet);
}

INSTANTIATE_TEST_SUITE_P(Pcapng, EveryPcapngOrder,
                         testing::Values(ByteOrder::kLittle, ByteOrder::kBig));

TEST(PcapngReader, ReadsSectionsOfDifferentByteOrder) {
  PcapngBytes file = pcapng(ByteOrder::kLittle)
                         .interface({.resolution = 9})
                         .enhanced(frame_after(1ns))
                         .section(ByteOrder::kBig)
                         .interface()
                         .enhanced(frame_after(1s))
                         .section(ByteOrder::kLittle)
                         .interface({.resolution = 9})
                         .enhanced(frame_after(2ns));
  for (const ReadBack& read :
       {read_back(file.bytes()), read_back_streamed(file.bytes(), 13)}) {
    EXPECT_EQ(read.frames,
              (std::vector{frame_after(1ns), frame_after(1s), frame_after(1s)}))
        << "the clock was set back by a second";
    EXPECT_FALSE(read.damage);
  }
}

TEST(PcapngReader, DropsInterfacesAtANewSection) {
  const ReadBack read = read_back(pcapng()
                                      .interface()
                                      .section(ByteOrder::kLittle)
                                      .enhanced(frame_after())
                                      .bytes());
  EXPECT_TRUE(read.frames.empty());
  EXPECT_TRUE(read.damage);
}

TEST(PcapngReader, CutsASimplePacketAtTheSnapLength) {
  const TestFrame cut = frame().ethernet().ipv4().tcp().payload(900).snap(54);
  const ReadBack read =
      read_back(pcapng().interface({.snap_length = 54}).simple(cut).bytes());
  ASSERT_EQ(read.frames.size(), 1u);
  EXPECT_EQ(read.frames[0].bytes, cut.bytes);
  EXPECT_EQ(read.frames[0].wire_length, cut.wire_length);
}

TEST(PcapngReader, SkipsUnusedBlocks) {
  const ReadBack read = read_back(pcapng()
                                      .block(0x80000bad, "custom")
                                      .interface()
                                      .block(4, "names")
                                      .enhanced(frame_after())
                                      .block(5, "statistics")
                                      .enhanced(frame_after(1s))
                                      .block(99, "")
                                      .bytes());
  EXPECT_EQ(read.frames, (std::vector{frame_after(), frame_after(1s)}));
  EXPECT_FALSE(read.damage);
}

// An interface description: Ethernet, no snap length, the given options.
std::string interface_with(std::string_view options) {
  std::string body;
  put<std::uint16_t>(body, 1, ByteOrder::kLittle);
  put<std::uint16_t>(body, 0, ByteOrder::kLittle);
  put<std::uint32_t>(body, 0, ByteOrder::kLittle);
  return body.append(options);
}

std::string option(std::uint16_t code, std::string_view value) {
  std::string bytes;
  put<std::uint16_t>(bytes, code, ByteOrder::kLittle);
  put(bytes, static_cast<std::uint16_t>(value.size()), ByteOrder::kLittle);
  bytes += value;
  bytes.resize((bytes.size() + 3) & ~std::size_t{3});
  return bytes;
}

// Time of 3,000,000,000 ticks on an interface with these options.
Duration time_by(std::string_view options) {
  const TestFrame three_seconds =
      frame_after(3s - kTestStart.time_since_epoch());
  PcapngBytes file;
  file.interface({.resolution = 9});
  const std::size_t begin = file.size();
  file.enhanced(three_seconds);
  const std::string packet = file.bytes().substr(begin);
  const std::string bytes =
      pcapng().block(1, interface_with(options)).bytes() + packet;
  const ReadBack read = read_back(bytes);
  require(read.frames.size() == 1 && !read.damage, "a frame is read");
  return read.frames[0].time.time_since_epoch();
}

TEST(PcapngReader, ReadsInterfaceOptionsOfAnyOrderAndLength) {
  using namespace std::string_view_literals;
  const std::string nanoseconds = option(9, "\x09");
  const std::string an_hour = option(14, "\x10\x0e\0\0\0\0\0\0"sv);
  EXPECT_EQ(time_by(""), 3000s) << "microseconds";
  EXPECT_EQ(time_by(nanoseconds), 3s);
  EXPECT_EQ(time_by(an_hour), 3000s + 1h);
  EXPECT_EQ(time_by(nanoseconds + an_hour), 3s + 1h);
  EXPECT_EQ(time_by(an_hour + nanoseconds), 3s + 1h);
  for (const std::size_t length : {0u, 1u, 2u, 3u, 4u, 5u, 300u}) {
    const std::string name = option(2, std::string(length, '\x09'));
    EXPECT_EQ(time_by(name + nanoseconds), 3s) << length;
  }
  EXPECT_EQ(time_by(option(9, "\x09 and more") + an_hour), 3s + 1h);
  EXPECT_EQ(time_by(option(0, "") + nanoseconds), 3000s) << "after the end";
  EXPECT_EQ(time_by(option(9, "") + an_hour), 3000s + 1h) << "it has no value";
  EXPECT_EQ(time_by(option(14, "\1\0\0\0\0\0\0"sv)), 3000s) << "too short";
}

TEST(PcapngReader, LimitsTheNumberOfInterfaces) {
  constexpr std::uint32_t kMax = 1 << 16;
  PcapngBytes file;
  for (std::uint32_t i = 0; i < kMax; ++i) file.interface();
  file.enhanced(frame_after(), kMax - 1);
  const ReadBack at_limit = read_back(file.bytes());
  EXPECT_EQ(at_limit.frames, std::vector{frame_after()});
  EXPECT_FALSE(at_limit.damage);
  const std::size_t end = file.size();
  file.interface().enhanced(frame_after());
  const ReadBack above_limit = read_back(file.bytes());
  EXPECT_EQ(above_limit.frames, std::vector{frame_after()});
  ASSERT_TRUE(above_limit.damage);
  EXPECT_EQ(above_limit.damage->offset, end);
  EXPECT_EQ(above_limit.damage->what,
            "a section describes too many interfaces");
}

TEST(PcapngReader, AcceptsASimplePacketBelowTheSnapLength) {
  for (const std::uint32_t snap : {0u, 1000u}) {
    const ReadBack read = read_back(pcapng()
                                        .interface({.snap_length = snap})
                                        .simple(frame_after())
                                        .bytes());
    ASSERT_EQ(read.frames.size(), 1u);
    EXPECT_EQ(read.frames[0].bytes, frame_after().bytes);
    EXPECT_EQ(read.frames[0].wire_length, frame_after().wire_length);
  }
}

TEST(PcapngReader, SkipsABlockTooLongToBuffer) {
  const PcapngBytes file = pcapng()
                               .interface()
                               .block(99, std::string(20 << 20, 'x'))
                               .enhanced(frame_after());
  for (const ReadBack& read :
       {read_back(file.bytes()), read_back_streamed(file.bytes(), 1 << 20)}) {
    EXPECT_EQ(read.frames, std::vector{frame_after()});
    EXPECT_FALSE(read.damage);
  }
}

}  // namespace
}  // namespace flowtell
