// SPDX-License-Identifier: Apache-2.0
#include "capture/capture_files.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <span>

#include "support/packed.h"
#include "support/pcap_bytes.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

// A capture whose frames are at these times, in milliseconds.
std::string capture_at(const std::vector<int>& times,
                       LinkType link = LinkType::kEthernet) {
  std::vector<TestFrame> frames;
  for (const int time : times) {
    frames.push_back(frame().ethernet().ipv4().udp().at(
        kTestStart + std::chrono::milliseconds(time)));
  }
  return pcap_bytes(frames, {.link = link});
}

class JoinFiles : public testing::Test {
 protected:
  void put(const std::string& name, std::string_view bytes) {
    paths_.push_back(folder_.put(name, bytes));
  }
  // Puts files that continue each other.
  void put_chain(const std::vector<std::string>& names) {
    int time = 0;
    for (const std::string& name : names) {
      put(name, capture_at({time, time + 500}));
      time += 1000;
    }
  }
  // The names of each capture's files, such as "a+b".
  std::vector<std::string> joined(
      Candidates candidates = Candidates::kByName) const {
    std::vector<std::string> captures;
    for (const CaptureFiles& files : join_files(paths_, candidates)) {
      std::string names;
      for (const std::string& path : files) {
        if (!names.empty()) names += '+';
        names += path.substr(folder_.path().size() + 1);
      }
      captures.push_back(names);
    }
    return captures;
  }

  TemporaryFolder folder_;
  std::vector<std::string> paths_;
};

using Captures = std::vector<std::string>;

TEST_F(JoinFiles, JoinsTheFilesOfARotation) {
  for (const auto& [first, second] :
       std::vector<std::pair<std::string, std::string>>{
           {"a.pcap0", "a.pcap1"},
           {"a.pcap", "a.pcap1"},
           {"a.pcap09", "a.pcap10"},
           {"a.pcap0.gz", "a.pcap1.gz"},
           {"a_00001_20261130140000.pcapng", "a_00002_20261130140001.pcapng"},
           {"a-2026-11-30_14-00-00.pcap", "a-2026-11-30_14-00-01.pcap"},
           {"a_1795000000.pcap", "a_1795000001.pcap"},
           {"a-140000.pcap", "a-140001.pcap"},
           {"a-20261130.pcap9", "a-20261130.pcap10"}}) {
    paths_.clear();
    put_chain({first, second});
    EXPECT_EQ(joined(), Captures{first + '+' + second});
  }
}

TEST_F(JoinFiles, LeavesOtherNamesAlone) {
  for (const auto& [first, second] :
       std::vector<std::pair<std::string, std::string>>{
           {"youtube1.pcap", "youtube2.pcap"},
           {"a.pcap", "b.pcap"},
           {"a.pcap0", "b.pcap1"},
           {"a/x.pcap0", "b/x.pcap1"},
           {"1.pcap", "2.pcap"},
           {"day-1.pcap", "day-2.pcap"},
           {"20261130T140000Z.pcap", "20261130T140001Z.pcap"},
           {"a0", "a1"}}) {
    paths_.clear();
    put_chain({first, second});
    EXPECT_EQ(joined(), (Captures{first, second}));
    EXPECT_EQ(joined(Candidates::kAll), Captures{first + '+' + second});
  }
}

TEST_F(JoinFiles, OrdersFilesByTime) {
  put("a.pcap0", capture_at({3000}));
  put("other.pcap", capture_at({0}));
  put("a.pcap1", capture_at({1000}));
  put("a.pcap2", capture_at({2000}));
  EXPECT_EQ(joined(), (Captures{"a.pcap1+a.pcap2+a.pcap0", "other.pcap"}));
}

TEST_F(JoinFiles, JudgesByContent) {
  put("a.pcap0", capture_at({0, 1000}));
  put("a.pcap1", capture_at({5999, 6000}));    // 4.999 s later
  put("a.pcap2", capture_at({11001, 13000}));  // more than 5 s later
  put("a.pcap3", capture_at({12901, 15000}));  // 99 ms before that one's end
  put("a.pcap4", capture_at({14000, 16000}));  // overlaps
  put("a.pcap5", capture_at({16500}, LinkType::kRaw));
  put("a.pcap6", "no capture");
  put("a.pcap7", capture_at({}));
  EXPECT_EQ(joined(), (Captures{"a.pcap0+a.pcap1", "a.pcap2+a.pcap3", "a.pcap4",
                                "a.pcap5", "a.pcap6", "a.pcap7"}));
}

TEST_F(JoinFiles, ReadsAPipeOnce) {
  paths_ = {"-", "-"};
  EXPECT_EQ(join_files(paths_, Candidates::kAll).size(), 2u);
}

TEST_F(JoinFiles, SaysWhatIsRead) {
  EXPECT_EQ(joined_text(std::vector<CaptureFiles>{{"a"}, {"b"}}), "");
  EXPECT_EQ(joined_text(std::vector<CaptureFiles>{{"a"}, {"b0", "b1"}}),
            "b0 and b1 are read as one capture, because each begins where the "
            "one before ends");
  EXPECT_EQ(joined_text(std::vector<CaptureFiles>{{"a0", "a1", "a2", "a3"},
                                                  {"b0", "b1"}}),
            "a0, a1 and 2 more are read as one capture, because each begins "
            "where the one before ends; and so are the files of 1 other "
            "capture");
}

std::vector<Timestamp> times_of(FrameSource& source) {
  std::vector<Timestamp> times;
  std::array<Frame, 2> batch;
  while (const std::size_t count = source.read(batch)) {
    for (const Frame& frame : std::span(batch).first(count)) {
      times.push_back(frame.time);
    }
  }
  return times;
}

TEST_F(JoinFiles, ReadsAllFramesInOrder) {
  put("a.pcap0", capture_at({0, 1, 2}));
  put("a.pcap1", gzip_packed(capture_at({3})));
  put("a.pcap2", capture_at({4, 5}));
  for (const auto thread : {UnpackOn::kCallerThread, UnpackOn::kOwnThread}) {
    auto source = open_capture(CaptureFiles(paths_), thread);
    ASSERT_TRUE(source);
    const auto times = times_of(**source);
    ASSERT_EQ(times.size(), 6u);
    for (int i = 0; i < 6; ++i) {
      EXPECT_EQ(times[static_cast<std::size_t>(i)],
                kTestStart + std::chrono::milliseconds(i));
    }
    EXPECT_FALSE((*source)->damage());
  }
}

// The numbers lead from frames in order to frames as written.
TEST_F(JoinFiles, NumbersTheFramesOfAllFiles) {
  put("a.pcap0", capture_at({0, 20, 10, 30}));
  put("a.pcap1", capture_at({50, 40}));
  const auto read = [](FrameSource& source) {
    std::map<std::uint64_t, Timestamp> times;
    std::array<Frame, 4> batch;
    while (const std::size_t count = source.read(batch)) {
      for (const Frame& each : std::span(batch).first(count)) {
        EXPECT_TRUE(times.emplace(each.number, each.time).second);
      }
    }
    return times;
  };
  auto ordered = open_capture(CaptureFiles(paths_));
  auto written = open_as_written(CaptureFiles(paths_));
  ASSERT_TRUE(ordered && written);
  const auto times = read(**written);
  EXPECT_EQ(read(**ordered), times);
  ASSERT_EQ(times.size(), 6u);
  const std::array<int, 6> expected = {0, 20, 10, 30, 50, 40};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(times.at(i), kTestStart + std::chrono::milliseconds(expected[i]));
  }
}

// Damage in one file does not hide the next.
TEST_F(JoinFiles, NamesTheDamagedFile) {
  put("a.pcap0", capture_at({0}));
  const std::string cut = capture_at({1, 2});
  put("a.pcap1", cut.substr(0, cut.size() - 5));
  put("a.pcap2", capture_at({3}));
  auto source = open_capture(CaptureFiles(paths_));
  ASSERT_TRUE(source);
  EXPECT_EQ(times_of(**source).size(), 3u);
  ASSERT_TRUE((*source)->damage());
  EXPECT_NE((*source)->damage()->what.find("a.pcap1"), std::string::npos);
}

TEST_F(JoinFiles, NamesAFileThatIsGone) {
  put("a.pcap0", capture_at({0}));
  paths_.push_back(folder_ / "a.pcap1");
  auto source = open_capture(CaptureFiles(paths_));
  ASSERT_TRUE(source);
  EXPECT_EQ(times_of(**source).size(), 1u);
  ASSERT_TRUE((*source)->damage());
  EXPECT_NE((*source)->damage()->what.find("a.pcap1"), std::string::npos);
}

}  // namespace
}  // namespace flowtell
