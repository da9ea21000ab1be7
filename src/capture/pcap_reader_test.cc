// SPDX-License-Identifier: Apache-2.0
#include "capture/file_formats.h"

#include <gtest/gtest.h>

#include "capture/capture_file.h"
#include "support/pcap_bytes.h"
#include "support/put.h"
#include "support/read_back.h"

namespace flowtell {
namespace {

std::vector<TestFrame> three_frames() {
  return {frame().ethernet().ipv4().tcp(40000, 443, kTcpSyn),
          frame().ethernet().ipv4().udp().payload(11).at(kTestStart + 1500us),
          frame().ethernet().ipv6().tcp().payload(900).snap(54).at(kTestStart +
                                                                   3s)};
}

class EveryPcapForm
    : public testing::TestWithParam<std::tuple<ByteOrder, bool>> {
 protected:
  PcapStyle style() const {
    return {std::get<0>(GetParam()), std::get<1>(GetParam())};
  }
};

TEST_P(EveryPcapForm, ReadsBackTheFrames) {
  const ReadBack read = read_back(pcap_bytes(three_frames(), style()));
  EXPECT_EQ(read.frames, three_frames());
  EXPECT_FALSE(read.damage);
}

TEST_P(EveryPcapForm, KeepsTheTimeResolution) {
  const TestFrame odd =
      frame().ethernet().ipv4().udp().at(kTestStart + 123'456'789ns);
  const ReadBack read = read_back(pcap_bytes({odd}, style()));
  ASSERT_EQ(read.frames.size(), 1u);
  EXPECT_EQ(read.frames[0].time - kTestStart,
            style().nanoseconds ? 123'456'789ns : 123'456'000ns);
}

TEST_P(EveryPcapForm, DoesNotDependOnReadSizes) {
  const std::string bytes = pcap_bytes(three_frames(), style());
  for (std::size_t bite = 1; bite <= bytes.size(); ++bite) {
    const std::size_t batch = 1 + bite % 5;
    const ReadBack read = read_back_streamed(bytes, bite, batch);
    ASSERT_EQ(read.frames, three_frames()) << bite << " bytes at a time";
    ASSERT_FALSE(read.damage);
  }
}

TEST_P(EveryPcapForm, ReportsTheLinkType) {
  PcapStyle cooked = style();
  cooked.link = LinkType::kLinuxSll2;
  const std::vector<TestFrame> frames = {frame().linux_sll2().ipv4().udp()};
  EXPECT_EQ(read_back(pcap_bytes(frames, cooked)).frames, frames);
}

INSTANTIATE_TEST_SUITE_P(Pcap, EveryPcapForm,
                         testing::Combine(testing::Values(ByteOrder::kLittle,
                                                          ByteOrder::kBig),
                                          testing::Bool()));

// As a FRITZ!Box writes it, in the byte order of its processor; and of the
// release with longer records.
TEST(PcapReader, ReadsModifiedPcap) {
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    for (const std::size_t extra : {std::size_t{8}, std::size_t{12}}) {
      const PcapStyle style{.order = order, .modified = extra};
      for (std::size_t count = 0; count <= 3; ++count) {
        std::vector<TestFrame> frames = three_frames();
        frames.resize(count);
        const std::string bytes = pcap_bytes(frames, style);
        const ReadBack read = read_back(bytes);
        EXPECT_EQ(read.frames, frames) << extra << " bytes, " << count;
        EXPECT_FALSE(read.damage);
        for (const std::size_t bite : {1U, 7U, 16U, 60U, 100U}) {
          EXPECT_EQ(read_back_streamed(bytes, bite).frames, frames);
        }
      }
      const std::string whole = pcap_bytes(three_frames(), style);
      const ReadBack cut = read_back(whole.substr(0, whole.size() - 1));
      EXPECT_EQ(cut.frames.size(), 2u);
      EXPECT_TRUE(cut.damage);
    }
  }
}

TEST(PcapReader, ReadsModifiedPcapOfOtherLinks) {
  for (const std::size_t extra : {std::size_t{8}, std::size_t{12}}) {
    const TestFrame cooked = frame().linux_sll().ipv4().udp().payload(3);
    const PcapStyle style{.link = LinkType::kLinuxSll, .modified = extra};
    EXPECT_EQ(read_back(pcap_bytes({cooked, cooked}, style)).frames,
              (std::vector<TestFrame>{cooked, cooked}));
  }
}

TEST(PcapReader, AcceptsACaptureWithoutFrames) {
  const ReadBack read = read_back(pcap_header());
  EXPECT_TRUE(read.frames.empty());
  EXPECT_FALSE(read.damage);
}

TEST(PcapReader, IgnoresTheFrameCheckLengthInTheLinkType) {
  std::string bytes = pcap_bytes(three_frames());
  bytes[23] = '\x14';  // "a frame check sequence of 4 bytes"
  EXPECT_EQ(read_back(bytes).frames, three_frames());
}

TEST(PcapReader, KeepsAnUnknownLinkType) {
  PcapStyle style;
  style.link = static_cast<LinkType>(0xfeed);
  const ReadBack read = read_back(pcap_bytes(three_frames(), style));
  ASSERT_EQ(read.frames.size(), 3u);
  EXPECT_EQ(read.frames[0].link, style.link);
}

TEST(PcapReader, AcceptsFramesOfEveryValidLength) {
  TestFrame empty;
  TestFrame longest;
  longest.bytes.assign(kMaxFrameSize, 'x');
  longest.wire_length = kMaxFrameSize;
  const std::string bytes = pcap_bytes({empty, longest, empty});
  EXPECT_EQ(read_back(bytes).frames.size(), 3u);
  const ReadBack streamed = read_back_streamed(bytes, 1000);
  EXPECT_EQ(streamed.frames.size(), 3u);
  EXPECT_EQ(streamed.frames[1], longest);
  EXPECT_FALSE(streamed.damage);
}

TEST(PcapReader, EndsAtAnInvalidLength) {
  for (const std::uint32_t length :
       {kMaxFrameSize + 1, UINT32_C(0x7fffffff), UINT32_C(0xffffffff)}) {
    std::string bytes = pcap_bytes(three_frames());
    const std::size_t whole = bytes.size();
    bytes += pcap_record(three_frames()[0]);
    std::string claim;
    put(claim, length, ByteOrder::kLittle);
    bytes.replace(whole + 8, 4, claim);
    for (const ReadBack& read :
         {read_back(bytes), read_back_streamed(bytes, 9)}) {
      EXPECT_EQ(read.frames, three_frames());
      ASSERT_TRUE(read.damage);
      EXPECT_EQ(read.damage->offset, whole);
      EXPECT_EQ(read.damage->what,
                fmt::format("a record claims a frame of {} bytes", length));
    }
  }
}

TEST(PcapReader, AcceptsTheLast32BitTime) {
  const Timestamp last{std::chrono::seconds(UINT32_MAX)};
  const ReadBack read =
      read_back(pcap_bytes({frame().ethernet().ipv4().udp().at(last)}));
  ASSERT_EQ(read.frames.size(), 1u);
  EXPECT_EQ(read.frames[0].time, last);
}

TEST(PcapReader, BoundsAnInvalidFraction) {
  std::string bytes = pcap_header();
  bytes += std::string(8, '\xff') + std::string(8, '\0');
  const ReadBack read = read_back(bytes);
  ASSERT_EQ(read.frames.size(), 1u);
  EXPECT_LE(read.frames[0].time, kLatestTime);
}

TEST(PcapReader, ReportsASourceFailure) {
  const std::string bytes = pcap_bytes(three_frames());
  ByteStream stream(
      in_chunks(bytes.substr(0, bytes.size() - 1), 10, "on fire"));
  ASSERT_TRUE(stream.fill(4));
  auto source = read_pcap(std::move(stream));
  ASSERT_TRUE(source);
  const ReadBack read = read_back(**source);
  EXPECT_EQ(read.frames.size(), 2u);
  ASSERT_TRUE(read.damage);
  EXPECT_EQ(read.damage->offset, bytes.size() - 1);
  EXPECT_EQ(read.damage->what, "on fire");
}

}  // namespace
}  // namespace flowtell
