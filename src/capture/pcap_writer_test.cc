// SPDX-License-Identifier: Apache-2.0
#include "capture/pcap_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/sanitized.h"
#include "support/closed_input.h"
#include "support/file_size_limit.h"
#include "support/other_user.h"
#include "support/own_process.h"
#include "support/read_back.h"
#include "support/syncs.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

std::vector<TestFrame> frames_to_write() {
  return {
      frame().ethernet().ipv4().tcp(40000, 443, kTcpSyn),
      frame().ethernet().ipv4().udp().payload(11).at(kTestStart + 123456789ns),
      frame().ethernet().ipv6().tcp().payload(900).snap(54).at(kTestStart +
                                                               3s)};
}

class PcapWriting : public testing::Test {
 protected:
  static PcapWriter make(const std::string& path,
                         LinkType link = LinkType::kEthernet) {
    auto writer = PcapWriter::create(path, link);
    require(writer.has_value(), "a test capture is created");
    return std::move(*writer);
  }
  ReadBack written() const { return read_back(*read_file(path_)); }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "phone.pcap";
};

TEST_F(PcapWriting, RoundTripsFrames) {
  PcapWriter writer = make(path_);
  for (const TestFrame& frame : frames_to_write()) {
    ASSERT_TRUE(writer.add(frame.view()));
  }
  ASSERT_TRUE(writer.flush());
  EXPECT_EQ(writer.frames(), 3u);
  EXPECT_EQ(written().frames, frames_to_write());
  EXPECT_FALSE(written().damage);
}

TEST_F(PcapWriting, KeepsTheLinkType) {
  for (const TestFrame& frame :
       {frame().linux_sll2().ipv4().udp().build(),
        frame().raw().ipv6().udp().build(),
        frame().raw(static_cast<LinkType>(0xfeed)).payload(40).build()}) {
    const std::string path =
        folder_ / fmt::format("{}.pcap", static_cast<int>(frame.link));
    PcapWriter writer = make(path, frame.link);
    ASSERT_TRUE(writer.add(frame.view()));
    ASSERT_TRUE(writer.flush());
    EXPECT_EQ(read_back(*read_file(path)).frames, std::vector{frame});
  }
}

TEST_F(PcapWriting, IsAValidCaptureAfterEveryFlush) {
  PcapWriter writer = make(path_);
  EXPECT_TRUE(written().frames.empty()) << "only the header";
  EXPECT_FALSE(written().damage);
  std::vector<TestFrame> added;
  for (const TestFrame& frame : frames_to_write()) {
    ASSERT_TRUE(writer.add(frame.view()));
    ASSERT_TRUE(writer.flush());
    added.push_back(frame);
    EXPECT_EQ(written().frames, added);
    EXPECT_FALSE(written().damage);
  }
}

TEST_F(PcapWriting, FlushesAutomatically) {
  PcapWriter writer = make(path_);
  const TestFrame frame =
      flowtell::frame().ethernet().ipv4().udp().payload(1000);
  constexpr std::size_t kCount = 300;
  for (std::size_t i = 0; i < kCount; ++i) {
    ASSERT_TRUE(writer.add(frame.view()));
    ASSERT_FALSE(written().damage) << "only whole records";
  }
  EXPECT_GT(written().frames.size(), kCount / 2);
  ASSERT_TRUE(writer.flush());
  EXPECT_EQ(written().frames.size(), kCount);
}

TEST_F(PcapWriting, AcceptsFramesOfEveryValidLength) {
  TestFrame empty;
  TestFrame longest;
  longest.bytes.assign(kMaxFrameSize, 'x');
  longest.wire_length = kMaxFrameSize;
  PcapWriter writer = make(path_);
  for (const TestFrame& frame : {empty, longest, empty}) {
    ASSERT_TRUE(writer.add(frame.view()));
  }
  ASSERT_TRUE(writer.flush());
  EXPECT_EQ(written().frames, (std::vector{empty, longest, empty}));
}

// Time 0 reads as none, so these frames get the time of the first with one.
TEST_F(PcapWriting, ClampsTimesOutOfRange) {
  const Timestamp latest{std::chrono::seconds(UINT32_MAX)};
  PcapWriter writer = make(path_);
  for (const Timestamp time : {Timestamp{-1ns}, kEarliestTime, Timestamp{},
                               latest, latest + 1ns, kLatestTime}) {
    ASSERT_TRUE(writer.add(frame().ethernet().at(time).build().view()));
  }
  ASSERT_TRUE(writer.flush());
  std::vector<Timestamp> times;
  for (const TestFrame& frame : written().frames) times.push_back(frame.time);
  EXPECT_EQ(times, std::vector(6, latest));
}

TEST_F(PcapWriting, NeverOverwritesAFile) {
  folder_.put("phone.pcap", "a recording that cannot be made again");
  const auto writer = PcapWriter::create(path_, LinkType::kEthernet);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().kind, ErrorKind::kNotWritable);
  EXPECT_EQ(writer.error().message,
            path_ +
                " already exists, and a recording is never overwritten; "
                "choose another name");
  EXPECT_EQ(*read_file(path_), "a recording that cannot be made again");
}

TEST_F(PcapWriting, ReportsAFileThatCannotBeCreated) {
  const std::string path = folder_ / "absent/phone.pcap";
  const auto writer = PcapWriter::create(path, LinkType::kEthernet);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(writer.error().message,
            "cannot write " + path +
                ": No such file or directory; check that its folder exists "
                "and is writable");
}

TEST_F(PcapWriting, FollowsNoFolderLinkOfAnotherUser) {
  SKIP_UNLESS_ROOT();
  std::filesystem::create_directory(folder_ / "home");
  const std::string shared = make_folder_with(folder_ / "shared", 01777);
  make_link_of(kOtherUser, folder_ / "home", shared + "/day");
  const auto writer =
      PcapWriter::create(shared + "/day/phone.pcap", LinkType::kEthernet);
  ASSERT_FALSE(writer);
  EXPECT_NE(writer.error().message.find("/day is a link of another user"),
            std::string::npos)
      << writer.error().message;
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "home"));
}

TEST_F(PcapWriting, SyncsTheHeaderAndTheFolder) {
  const Syncs syncs;
  PcapWriter writer = make(path_);
  EXPECT_EQ(syncs.of(path_), 1) << "its header";
  EXPECT_EQ(syncs.of(folder_.path()), 1) << "its name";
  ASSERT_TRUE(writer.add(frames_to_write()[0].view()));
  ASSERT_TRUE(writer.finish());
  EXPECT_EQ(syncs.of(path_), 2);
}

TEST_F(PcapWriting, ReportsASyncError) {
  Syncs syncs;
  PcapWriter writer = make(path_);
  ASSERT_TRUE(writer.add(frames_to_write()[0].view()));
  syncs.fail_with(EIO);
  const auto done = writer.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kNotWritable);
  EXPECT_EQ(done.error().message,
            "cannot sync " + path_ +
                " to disk: Input/output error; the last frames may be lost: "
                "check the disk and record again");
  EXPECT_FALSE(writer.finish()) << "the error is permanent";
}

TEST_F(PcapWriting, LeavesNoFileWhenTheFirstSyncFails) {
  Syncs syncs;
  syncs.fail_with(EIO);
  const auto writer = PcapWriter::create(path_, LinkType::kEthernet);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().message,
            "cannot write " + path_ +
                ": Input/output error; make room or choose another path");
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(PcapWriting, StartsTheSyncThreadWithTheFirstFlush) {
  if (kIsSanitized) GTEST_SKIP() << "sanitizers start their own threads";
  const auto threads = [] {
    return std::ranges::distance(
        std::filesystem::directory_iterator("/proc/self/task"));
  };
  in_child_process([&] {
    PcapWriter writer = make(path_);
    ASSERT_TRUE(writer.add(frames_to_write()[0].view()));
    EXPECT_EQ(threads(), 1);
    ASSERT_TRUE(writer.flush());
    EXPECT_EQ(threads(), 2);
  });
}

TEST_F(PcapWriting, WorksWithDescriptorZero) {
  const ClosedInput closed;
  PcapWriter writer = make(path_);
  ASSERT_TRUE(writer.add(frames_to_write()[0].view()));
  ASSERT_TRUE(writer.finish());
  EXPECT_EQ(written().frames.size(), 1u);
}

TEST_F(PcapWriting, FinishWritesPendingFrames) {
  PcapWriter writer = make(path_);
  for (const TestFrame& frame : frames_to_write()) {
    ASSERT_TRUE(writer.add(frame.view()));
  }
  ASSERT_TRUE(writer.finish());
  EXPECT_EQ(written().frames, frames_to_write());
}

TEST_F(PcapWriting, ReportsAFailedFinish) {
  PcapWriter writer = make(path_);
  ASSERT_TRUE(writer.add(frames_to_write()[0].view()));
  const FileSizeLimit full(24);
  const auto done = writer.finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message,
            "cannot continue writing " + path_ +
                ": File too large; 0 frames before that are kept: make room "
                "and record the rest");
}

TEST_F(PcapWriting, LeavesNoFileIfTheHeaderDoesNotFit) {
  const auto writer = [&] {
    const FileSizeLimit full(10);
    return PcapWriter::create(path_, LinkType::kEthernet);
  }();
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().kind, ErrorKind::kNotWritable);
  EXPECT_TRUE(folder_.names().empty());
}

// Wherever the disk is full, the file keeps the whole records before.
TEST_F(PcapWriting, EndsWithAWholeRecordOnAFullDisk) {
  const std::vector<TestFrame> frames = frames_to_write();
  std::size_t room = 24;
  for (std::size_t whole = 0; whole < frames.size(); ++whole) {
    const std::size_t next = room + 16 + frames[whole].bytes.size();
    for (const std::size_t limit : {room, room + 1, room + 16, next - 1}) {
      const std::string path = folder_ / fmt::format("{}.pcap", limit);
      PcapWriter writer = make(path);
      for (const TestFrame& frame : frames) {
        ASSERT_TRUE(writer.add(frame.view()));
      }
      const auto done = [&] {
        const FileSizeLimit full(limit);
        return writer.flush();
      }();
      ASSERT_FALSE(done) << limit;
      EXPECT_EQ(done.error().kind, ErrorKind::kNotWritable);
      EXPECT_EQ(
          done.error().message,
          fmt::format(
              "cannot continue writing {}: File too large; {} "
              "before that are kept: make room and record the "
              "rest",
              path, whole == 1 ? "1 frame" : fmt::format("{} frames", whole)));
      const ReadBack read = read_back(*read_file(path));
      EXPECT_FALSE(read.damage) << limit;
      EXPECT_EQ(
          read.frames,
          std::vector(frames.begin(),
                      frames.begin() + static_cast<std::ptrdiff_t>(whole)));
    }
    room = next;
  }
}

TEST_F(PcapWriting, CountsFramesFlushedBeforeTheDiskWasFull) {
  const std::vector<TestFrame> frames = frames_to_write();
  PcapWriter writer = make(path_);
  ASSERT_TRUE(writer.add(frames[0].view()));
  ASSERT_TRUE(writer.add(frames[1].view()));
  ASSERT_TRUE(writer.flush());
  ASSERT_TRUE(writer.add(frames[2].view()));
  const auto done = [&] {
    const FileSizeLimit full(std::filesystem::file_size(path_) + 20);
    return writer.flush();
  }();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("; 2 frames before that are kept"),
            std::string::npos)
      << done.error().message;
  EXPECT_EQ(written().frames.size(), 2u);
  EXPECT_FALSE(written().damage);
}

}  // namespace
}  // namespace flowtell
