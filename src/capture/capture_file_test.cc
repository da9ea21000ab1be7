// SPDX-License-Identifier: Apache-2.0
#include "capture/capture_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/file.h"
#include "base/random.h"
#include "support/closed_input.h"
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

TEST(CaptureFile, IsDetectedByContentNotName) {
  const TemporaryFolder folder;
  const std::string pcap = pcap_bytes(two_frames());
  const std::string pcapng = pcapng_bytes(two_frames());
  for (const std::string& bytes :
       {pcap, pcapng, gzip_packed(pcap), gzip_packed(pcapng), zstd_packed(pcap),
        zstd_packed(pcapng)}) {
    EXPECT_EQ(frames_of(folder.put("notes.txt", bytes)), two_frames());
  }
}

TEST(CaptureFile, WorksWithDescriptorZero) {
  const TemporaryFolder folder;
  const std::string path = folder.put("a", pcap_bytes(two_frames()));
  const ClosedInput closed;
  EXPECT_EQ(frames_of(path), two_frames());
}

TEST(CaptureFile, IsReadFromAPipe) {
  const TemporaryFolder folder;
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] {
    std::ofstream(pipe, std::ios::binary) << pcapng_bytes(two_frames());
  });
  EXPECT_EQ(frames_of(pipe), two_frames());
  writer.join();
}

// A full pipe, refilled as it drains.
class FilledPipe {
 public:
  FilledPipe(const std::string& path, std::string bytes)
      : bytes_(std::move(bytes)) {
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    in_ = FileHandle(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    fill();
  }
  // Fills the pipe; returns the number of bytes written so far.
  std::size_t fill() {
    ssize_t count = 0;
    do {
      written_ += static_cast<std::size_t>(count);
      count = ::write(in_.get(), &bytes_[written_], bytes_.size() - written_);
    } while (count > 0);
    return written_;
  }
  bool wait_for_room() const {
    pollfd watched{in_.get(), POLLOUT, 0};
    return ::poll(&watched, 1, 30'000) == 1;
  }
  void close() { in_ = FileHandle(); }

 private:
  std::string bytes_;
  FileHandle in_;
  std::size_t written_ = 0;
};

TEST(CaptureFile, IsReadAheadOnlyByAnUnpackThread) {
  std::vector<TestFrame> frames;
  Random random(7);
  for (int i = 0; i < 1000; ++i) {
    std::string noise;
    for (int n = 0; n < 1400; ++n) noise += static_cast<char>(random.next());
    frames.push_back(frame().ethernet().ipv4().udp().payload(noise));
  }
  const std::string packed = gzip_packed(pcap_bytes(frames));
  const TemporaryFolder folder;
  FilledPipe of_caller(folder / "a", packed);
  const auto unread = open_capture(folder / "a", UnpackOn::kCallerThread);
  ASSERT_TRUE(unread);
  const std::size_t at_open = of_caller.fill();
  EXPECT_LT(at_open, packed.size() / 2);
  FilledPipe of_thread(folder / "b", packed);
  const auto ahead = open_capture(folder / "b", UnpackOn::kOwnThread);
  ASSERT_TRUE(ahead);
  while (of_thread.fill() <= at_open) ASSERT_TRUE(of_thread.wait_for_room());
  of_thread.close();
}

std::string error_of(const std::string& path, ErrorKind kind) {
  const auto source = open_capture(path);
  if (source) return "";
  EXPECT_EQ(source.error().kind, kind) << path;
  return source.error().message;
}

TEST(CaptureFile, ReportsInvalidPaths) {
  const TemporaryFolder folder;
  const std::string absent = folder / "absent.pcap";
  EXPECT_EQ(
      error_of(absent, ErrorKind::kNotFound),
      "cannot open " + absent +
          ": No such file or directory; check that it exists and is readable");
  EXPECT_NE(
      error_of(folder.path(), ErrorKind::kNotReadable).find("is a folder"),
      std::string::npos);
}

TEST(CaptureFile, ReportsInvalidContent) {
  const TemporaryFolder folder;
  const auto expect_corrupt = [&](const char* name, const std::string& bytes,
                                  std::string_view part) {
    const std::string message =
        error_of(folder.put(name, bytes), ErrorKind::kCorrupt);
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  expect_corrupt("a", "", "/a is empty");
  expect_corrupt("b", "Dear diary", "/b is not a capture");
  expect_corrupt("c", "\n\r", "/c is not a capture");
  expect_corrupt("d", gzip_packed("Dear diary"), "/d is not a capture");
  expect_corrupt("e", pcap_header().substr(0, 20),
                 "cut off after 20 of 24 bytes");
  const std::string packed = gzip_packed(pcap_bytes(two_frames()));
  expect_corrupt("f", packed.substr(0, 12), "cut short");
}

TEST(CaptureFile, FindsCapturesInAFolderSortedByName) {
  const TemporaryFolder folder;
  const std::string b = folder.put("deep/er/b.bin", pcap_bytes({}));
  const std::string a = folder.put("a", gzip_packed(pcapng_bytes({})));
  folder.put("README", "captures of two apps");
  folder.put("empty", "");
  const auto found = find_captures({folder.path()});
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (std::vector{a, b}));
}

TEST(CaptureFile, FollowsFolderLinksButNoCycles) {
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

TEST(CaptureFile, KeepsNamedPathsInOrder) {
  const TemporaryFolder folder;
  const std::string z = folder.put("z", "not opened yet");
  const std::string a = folder.put("a", pcap_bytes({}));
  const auto found = find_captures({z, "-", a});
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (std::vector<std::string>{z, "-", a}));
}

TEST(CaptureFile, RejectsAbsentPathsAndFoldersWithoutCaptures) {
  const TemporaryFolder folder;
  folder.put("README", "no captures yet");
  for (const auto& [path, kind] :
       {std::pair{folder.path(), ErrorKind::kNoData},
        std::pair{folder / "absent", ErrorKind::kNotFound}}) {
    const auto found = find_captures({path});
    ASSERT_FALSE(found) << path;
    EXPECT_EQ(found.error().kind, kind);
    EXPECT_NE(found.error().message.find(path), std::string::npos);
  }
}

TEST(CaptureFile, DetectsACaptureByItsStart) {
  const TemporaryFolder folder;
  EXPECT_TRUE(*looks_like_capture(folder.put("a", pcap_bytes({}))));
  EXPECT_TRUE(
      *looks_like_capture(folder.put("b", zstd_packed(pcapng_bytes({})))));
  EXPECT_FALSE(*looks_like_capture(folder.put("c", "text")));
  EXPECT_FALSE(*looks_like_capture(folder.put("d", "")));
  EXPECT_FALSE(looks_like_capture(folder / "absent"));
}

TEST(LinkType, MatchesTheRegistry) {
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
  EXPECT_EQ(link_type_name(LinkType{147}), "unsupported (link type 147)");
  EXPECT_TRUE(is_known(LinkType::kLinuxSll2));
  EXPECT_FALSE(is_known(LinkType{147}));
}

}  // namespace
}  // namespace flowtell
