// SPDX-License-Identifier: Apache-2.0
#include "capture/pcapng_writer.h"

#include <gtest/gtest.h>

#include <array>

#include "capture/file_formats.h"
#include "support/read_back.h"

namespace flowtell {
namespace {

std::vector<TestFrame> frames_for_pcapng() {
  return {
      frame().ethernet().ipv4().tcp(40000, 443, kTcpSyn),
      frame().ethernet().ipv4().udp().payload(11).at(kTestStart + 123456789ns),
      frame().ethernet().ipv6().tcp().payload(900).snap(54).at(kTestStart +
                                                               3s)};
}

// The first comment of each frame.
std::vector<std::string> comments_in(const std::string& bytes) {
  const auto source = read_pcapng(ByteStream(as_bytes(bytes)));
  std::vector<std::string> comments;
  std::array<Frame, 4> batch;
  while (const std::size_t count = source->read(batch)) {
    for (const Frame& each : std::span(batch).first(count)) {
      comments.emplace_back(each.comment);
    }
  }
  EXPECT_FALSE(source->damage());
  return comments;
}

TEST(PcapngWriter, RoundTripsFramesAndComments) {
  PcapngWriter writer;
  const std::uint32_t interface =
      writer.add_interface(LinkType::kEthernet, "phone.pcap");
  const auto frames = frames_for_pcapng();
  writer.add(frames[0].view(), interface, {});
  writer.add(frames[1].view(), interface, {"a", "", "bcde"});
  writer.add(frames[2].view(), interface, {"", "fgh"});
  const ReadBack read = read_back(writer.bytes());
  EXPECT_EQ(read.frames, frames);
  EXPECT_FALSE(read.damage);
  EXPECT_EQ(comments_in(writer.bytes()),
            (std::vector<std::string>{"", "a", "fgh"}));
  EXPECT_NE(writer.bytes().find("bcde"), std::string::npos);
}

TEST(PcapngWriter, KeepsTheLinkTypeOfEachInterface) {
  PcapngWriter writer;
  const std::vector<TestFrame> frames = {
      frame().linux_sll2().ipv4().udp().build(),
      frame().raw(static_cast<LinkType>(0xfeed)).payload(40).build()};
  for (const TestFrame& each : frames) {
    writer.add(each.view(), writer.add_interface(each.link, ""), {});
  }
  EXPECT_EQ(read_back(writer.bytes()).frames, frames);
}

TEST(PcapngWriter, GoesOnAfterClear) {
  PcapngWriter writer;
  writer.add_interface(LinkType::kEthernet, "");
  std::string all = writer.bytes();
  const auto frames = frames_for_pcapng();
  for (const TestFrame& each : frames) {
    writer.clear();
    EXPECT_TRUE(writer.bytes().empty());
    writer.add(each.view(), 0, {});
    all += writer.bytes();
  }
  EXPECT_EQ(read_back(all).frames, frames);
}

TEST(PcapngWriter, ClampsTimesAndCutsComments) {
  PcapngWriter writer;
  writer.add_interface(LinkType::kEthernet, "");
  writer.add(frame().ethernet().ipv4().udp().at(Timestamp{-1s}).build().view(),
             0, {std::string(70'000, 'x')});
  const ReadBack read = read_back(writer.bytes());
  ASSERT_EQ(read.frames.size(), 1u);
  EXPECT_EQ(read.frames[0].time, Timestamp{});
  EXPECT_EQ(comments_in(writer.bytes())[0], std::string(65'535, 'x'));
}

}  // namespace
}  // namespace flowtell
