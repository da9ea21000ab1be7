// SPDX-License-Identifier: Apache-2.0
#include "capture/capture_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "support/packed.h"
#include "support/pcap_bytes.h"
#include "support/pcapng_bytes.h"
#include "support/read_back.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

std::vector<TestFrame> two_frames() {
  return {frame().ethernet().ipv4().udp(),
          frame().ethernet().ipv4().tcp().at(kTestStart + 1s)};
}

std::vector<TestFrame> frames_of(const std::string& path) {
  auto source = open_capture(path);
  EXPECT_TRUE(source) << source.error().message;
  return source ? read_back(**source).frames : std::vector<TestFrame>{};
}

TEST(CaptureFile, IsToldByItsContentNotItsName) {
  const TemporaryFolder folder;
  const std::string pcap = pcap_bytes(two_frames());
  const std::string pcapng = pcapng_bytes(two_frames());
  for (const std::string& bytes :
       {pcap, pcapng, gzip_packed(pcap), gzip_packed(pcapng), zstd_packed(pcap),
        zstd_packed(pcapng)}) {
    EXPECT_EQ(frames_of(folder.put("notes.txt", bytes)), two_frames());
  }
}

TEST(CaptureFile, IsReadFromAPipeToo) {
  const TemporaryFolder folder;
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] {
    std::ofstream(pipe, std::ios::binary) << pcapng_bytes(two_frames());
  });
  EXPECT_EQ(frames_of(pipe), two_frames());
  writer.join();
}

std::string why_not(const std::string& path) {
  const auto source = open_capture(path);
  if (source) return "";
  EXPECT_EQ(source.error().kind, ErrorKind::kInput);
  return source.error().message;
}

TEST(CaptureFile, SaysWhatIsWrongWithAPath) {
  const TemporaryFolder folder;
  const std::string absent = folder / "absent.pcap";
  EXPECT_EQ(
      why_not(absent),
      "cannot open " + absent +
          ": No such file or directory; is it there, and may you read it?");
  EXPECT_NE(why_not(folder.path()).find("is a folder"), std::string::npos);
}

TEST(CaptureFile, SaysWhatIsWrongWithItsContent) {
  const TemporaryFolder folder;
  EXPECT_NE(why_not(folder.put("a", "")).find("/a is empty"),
            std::string::npos);
  EXPECT_NE(why_not(folder.put("b", "Dear diary")).find("/b is no capture"),
            std::string::npos);
  EXPECT_NE(why_not(folder.put("c", "\n\r")).find("/c is no capture"),
            std::string::npos);
  EXPECT_NE(why_not(folder.put("d", gzip_packed("Dear diary")))
                .find("/d is no capture"),
            std::string::npos);
  EXPECT_NE(why_not(folder.put("e", pcap_header().substr(0, 20)))
                .find("cut off after 20 of 24 bytes"),
            std::string::npos);
  const std::string packed = gzip_packed(pcap_bytes(two_frames()));
  EXPECT_NE(why_not(folder.put("f", packed.substr(0, 12))).find("cut short"),
            std::string::npos);
}

TEST(CaptureFile, FindsTheCapturesBelowAFolderInTheOrderOfTheirNames) {
  const TemporaryFolder folder;
  const std::string b = folder.put("deep/er/b.bin", pcap_bytes({}));
  const std::string a = folder.put("a", gzip_packed(pcapng_bytes({})));
  folder.put("README", "captures of two apps");
  folder.put("empty", "");
  const auto found = find_captures({folder.path()});
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (std::vector{a, b}));
}

TEST(CaptureFile, FindsCapturesBehindLinksButNeverInCircles) {
  const TemporaryFolder folder;
  const TemporaryFolder elsewhere;
  elsewhere.put("monday/a.pcap", pcap_bytes({}));
  const std::string b = folder.put("chat/b.pcap", pcap_bytes({}));
  std::filesystem::create_directory_symlink(elsewhere / "monday",
                                            folder / "chat/monday");
  std::filesystem::create_directory_symlink(folder.path(),
                                            folder / "chat/round");
  const auto found = find_captures({folder.path()});
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (std::vector{b, folder / "chat/monday/a.pcap"}));
}

TEST(CaptureFile, TakesNamedPathsAsTheyAreAndInTheirOrder) {
  const TemporaryFolder folder;
  const std::string z = folder.put("z", "not looked into yet");
  const std::string a = folder.put("a", pcap_bytes({}));
  const auto found = find_captures({z, "-", a});
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (std::vector<std::string>{z, "-", a}));
}

TEST(CaptureFile, FindsNothingInAPathThatIsAbsentOrAnEmptyFolder) {
  const TemporaryFolder folder;
  folder.put("README", "no captures yet");
  for (const std::string& path : {folder.path(), folder / "absent"}) {
    const auto found = find_captures({path});
    ASSERT_FALSE(found) << path;
    EXPECT_EQ(found.error().kind, ErrorKind::kInput);
    EXPECT_NE(found.error().message.find(path), std::string::npos);
  }
}

TEST(CaptureFile, LooksIntoAFileWithoutReadingItAll) {
  const TemporaryFolder folder;
  EXPECT_TRUE(*looks_capture(folder.put("a", pcap_bytes({}))));
  EXPECT_TRUE(*looks_capture(folder.put("b", zstd_packed(pcapng_bytes({})))));
  EXPECT_FALSE(*looks_capture(folder.put("c", "text")));
  EXPECT_FALSE(*looks_capture(folder.put("d", "")));
  EXPECT_FALSE(looks_capture(folder / "absent"));
}

TEST(LinkType, HasTheNumberAndTheNameOfTheRegistry) {
  for (const auto& [number, name] : {std::pair{0u, "BSD loopback"},
                                     {1u, "Ethernet"},
                                     {12u, "raw IP"},
                                     {101u, "raw IP"},
                                     {108u, "OpenBSD loopback"},
                                     {113u, "Linux cooked v1"},
                                     {228u, "raw IPv4"},
                                     {229u, "raw IPv6"},
                                     {276u, "Linux cooked v2"}}) {
    const auto link = static_cast<LinkType>(number);
    EXPECT_EQ(link_type_name(link),
              fmt::format("{} (link type {})", name, number));
    EXPECT_TRUE(is_known(link)) << number;
  }
}

TEST(LinkType, IsNamedWithItsNumber) {
  EXPECT_EQ(link_type_name(LinkType::kEthernet), "Ethernet (link type 1)");
  EXPECT_EQ(link_type_name(static_cast<LinkType>(105)),
            "unsupported (link type 105)");
  EXPECT_TRUE(is_known(LinkType::kLinuxSll2));
  EXPECT_FALSE(is_known(static_cast<LinkType>(105)));
}

}  // namespace
}  // namespace flowtell
