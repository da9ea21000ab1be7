// SPDX-License-Identifier: Apache-2.0
//
// The owners of frames that pcapng files name beside the frames.
#include <gtest/gtest.h>

#include "capture/capture_file.h"
#include "support/pcapng_bytes.h"

namespace flowtell {
namespace {

TestFrame any_frame(std::size_t payload = 5) {
  return frame().raw().ipv4().udp().payload(payload);
}

struct Owners {
  std::vector<std::string> of_frames;  // "app uid", "-" for none
  std::optional<Damage> damage;
};

// Reads frames one by one, or all at once, which must make no difference.
Owners owners_in(const PcapngBytes& file, std::size_t batch_size = 100) {
  auto source = open_capture(as_bytes(file.bytes()), "file");
  EXPECT_TRUE(source);
  Owners owners;
  std::vector<Frame> batch(batch_size);
  while (const std::size_t count = (*source)->read(batch)) {
    for (const Frame& each : std::span(batch).first(count)) {
      owners.of_frames.push_back(
          each.owner == nullptr
              ? "-"
              : fmt::format("{} {}", each.owner->app, each.owner->uid));
    }
  }
  owners.damage = (*source)->damage();
  if (batch_size > 1) {
    EXPECT_EQ(owners_in(file, 1).of_frames, owners.of_frames);
  }
  return owners;
}

using Names = std::vector<std::string>;

class EveryOrderOfOwners : public testing::TestWithParam<ByteOrder> {};

TEST_P(EveryOrderOfOwners, FindsPcapdroidsPackages) {
  PcapngBytes file = pcapng(GetParam()).interface({.link = LinkType::kRaw});
  file.uid_map(10101, "com.example.chat", "Chat")
      .enhanced(any_frame(), 0, {{1, "u-10101"}})
      .uid_map(10102, "org.example.maps", "Maps")
      .enhanced(any_frame(6), 0, {{2, "dirs"}, {1, "u-10102"}})
      .enhanced(any_frame(7), 0, {{1, "u-10101"}})
      .enhanced(any_frame());
  const Owners owners = owners_in(file);
  EXPECT_EQ(owners.of_frames,
            (Names{"com.example.chat 10101", "org.example.maps 10102",
                   "com.example.chat 10101", "-"}));
  EXPECT_FALSE(owners.damage);
}

TEST_P(EveryOrderOfOwners, FindsApplesProcesses) {
  PcapngBytes file = pcapng(GetParam()).interface({.link = LinkType::kRaw});
  file.process("Safari").process("nsurlsessiond").process("");
  const auto process = [&](std::uint32_t number) {
    return file.process_option(0x8001, number);
  };
  const auto effective = [&](std::uint32_t number) {
    return file.process_option(0x8003, number);
  };
  const std::vector<std::vector<PcapngOption>> packets = {
      {process(0)},
      {process(1), effective(0)},
      {effective(0), process(1)},
      {process(1)},
      {process(2)},
      {process(3)},
      {{0x8001, "ab"}}};
  for (const auto& options : packets) file.enhanced(any_frame(), 0, options);
  EXPECT_EQ(owners_in(file).of_frames,
            (Names{"Safari -1", "Safari -1", "Safari -1", "nsurlsessiond -1",
                   "-", "-", "-"}));
}

INSTANTIATE_TEST_SUITE_P(Both, EveryOrderOfOwners,
                         testing::Values(ByteOrder::kLittle, ByteOrder::kBig));

TEST(PcapngOwners, AreAUidWithoutAMap) {
  PcapngBytes file = pcapng().interface({.link = LinkType::kRaw});
  for (const char* comment : {"u-10101", "u-0", "u--1", "u-", "u-7 ", "u-x",
                              "my note", "u-99999999999"}) {
    file.enhanced(any_frame(), 0, {{1, comment}});
  }
  EXPECT_EQ(owners_in(file).of_frames,
            (Names{" 10101", " 0", "-", "-", "-", "-", "-", "-"}));
}

TEST(PcapngOwners, AreTheSameAppForEveryUserOfTheDevice) {
  PcapngBytes file = pcapng().interface({.link = LinkType::kRaw});
  file.uid_map(10101, "com.example.chat", "Chat")
      .uid_map(1010101, "com.example.chat", "Chat")
      .enhanced(any_frame(), 0, {{1, "u-10101"}})
      .enhanced(any_frame(), 0, {{1, "u-1010101"}});
  EXPECT_EQ(owners_in(file).of_frames,
            (Names{"com.example.chat 10101", "com.example.chat 10101"}));
}

TEST(PcapngOwners, AreNumberedAnewInEachSection) {
  PcapngBytes file = pcapng().interface({.link = LinkType::kRaw});
  file.uid_map(10101, "com.example.chat", "Chat")
      .process("Safari")
      .enhanced(any_frame(), 0, {{1, "u-10101"}});
  file.section(ByteOrder::kBig).interface({.link = LinkType::kRaw});
  file.enhanced(any_frame(), 0, {{1, "u-10101"}})
      .enhanced(any_frame(), 0, {file.process_option(0x8001, 0)});
  EXPECT_EQ(owners_in(file).of_frames,
            (Names{"com.example.chat 10101", " 10101", "-"}));
}

// The first map of a UID holds, as in PCAPdroid; without a package the name
// counts.
TEST(PcapngOwners, KeepTheFirstMap) {
  PcapngBytes file = pcapng().interface({.link = LinkType::kRaw});
  file.uid_map(0, "", "root")
      .uid_map(0, "com.example.other", "Other")
      .enhanced(any_frame(), 0, {{1, "u-0"}});
  EXPECT_EQ(owners_in(file).of_frames, Names{"root 0"});
}

TEST(PcapngOwners, IgnoreOtherBlocksAndReportShortOnes) {
  PcapngBytes others = pcapng().interface({.link = LinkType::kRaw});
  others.block(0x0bad, "").block(0x0bad, "abcd").block(0x80000001, "");
  others.enhanced(any_frame(), 0, {{1, "u-5"}});
  EXPECT_EQ(owners_in(others).of_frames, Names{" 5"});
  EXPECT_FALSE(owners_in(others).damage);

  std::string body("\xbc\xf4\x00\x00\x01\x00\x01\x00\x05\x00\x00\x00", 12);
  PcapngBytes cut = pcapng().interface({.link = LinkType::kRaw});
  cut.block(0x0bad, body + "\xff\xff").enhanced(any_frame());
  const Owners owners = owners_in(cut);
  EXPECT_EQ(owners.of_frames, Names{"-"});
  ASSERT_TRUE(owners.damage);
  EXPECT_EQ(owners.damage->what, "a PCAPdroid block is too short");
}

// A file may name more apps than any phone has; memory stays bounded.
TEST(PcapngOwners, AreLimitedInNumber) {
  PcapngBytes file = pcapng().interface({.link = LinkType::kRaw});
  for (int uid = 0; uid < 5000; ++uid) {
    file.uid_map(uid, fmt::format("app{}", uid), "");
  }
  file.enhanced(any_frame(), 0, {{1, "u-4095"}})
      .enhanced(any_frame(), 0, {{1, "u-4999"}});
  EXPECT_EQ(owners_in(file).of_frames, (Names{"app4095 4095", "-"}));
}

}  // namespace
}  // namespace flowtell
