// SPDX-License-Identifier: Apache-2.0
//
// tests/pipe_test.py tests a watch of a pipe from outside.
#include "capture/pipe_source.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <vector>

#include "support/pcap_bytes.h"
#include "support/pcapng_bytes.h"

namespace flowtell {
namespace {

std::string records(int from, int to) {
  std::string bytes;
  for (int i = from; i < to; ++i) {
    bytes += pcap_record(frame()
                             .ethernet()
                             .ipv4()
                             .udp()
                             .payload(static_cast<std::size_t>(i))
                             .at(kTestStart + 1ms * i));
  }
  return bytes;
}

// A pipe whose writing end the test holds, with a clock that it advances.
class PipeSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    reading_ = FileHandle(ends[0]);
    writing_ = FileHandle(ends[1]);
  }
  void send(const std::string& bytes) {
    ASSERT_EQ(::write(writing_.get(), bytes.data(), bytes.size()),
              static_cast<ssize_t>(bytes.size()));
  }
  void open(const std::string& first) {
    send(first);
    auto source = PipeSource::open(reading_.get(), "the pipe",
                                   [this] { return Duration(now_.load()); });
    ASSERT_TRUE(source) << source.error().message;
    source_ = std::move(*source);
  }
  void pass(Duration time) { now_ += time.count(); }
  // Waits until the source says that there is something to read.
  void wait() {
    pollfd watched{source_->descriptor(), POLLIN, 0};
    ASSERT_EQ(::poll(&watched, 1, 20'000), 1);
  }
  // Reads until this many frames came.
  std::size_t read(std::size_t count) {
    std::array<Frame, 7> batch;
    std::size_t seen = 0;
    while (seen < count && !source_->has_ended()) {
      const std::size_t got = source_->read(batch);
      for (std::size_t i = 0; i < got; ++i) {
        EXPECT_EQ(batch[i].bytes.size(), batch[i].wire_length);
      }
      seen += got;
      if (got == 0 && !source_->has_ended()) wait();
    }
    return seen;
  }

  // The times of all frames that are left.
  std::vector<Timestamp> times() {
    std::vector<Timestamp> all;
    std::array<Frame, 7> batch;
    while (!source_->has_ended()) {
      const std::size_t got = source_->read(batch);
      for (std::size_t i = 0; i < got; ++i) all.push_back(batch[i].time);
      if (got == 0 && !source_->has_ended()) wait();
    }
    return all;
  }

  FileHandle reading_;
  FileHandle writing_;
  std::atomic<std::int64_t> now_ = 1'000'000'000'000;
  std::unique_ptr<PipeSource> source_;  // ends before the clock
};

TEST_F(PipeSourceTest, ReturnsFramesAsTheyArrive) {
  open(pcap_header());
  std::array<Frame, 4> batch;
  EXPECT_EQ(source_->read(batch), 0u);
  EXPECT_FALSE(source_->has_ended());
  send(records(0, 3));
  EXPECT_EQ(read(3), 3u);
  send(records(3, 500));
  EXPECT_EQ(read(497), 497u);
  writing_ = FileHandle();
  EXPECT_EQ(read(1), 0u);
  EXPECT_TRUE(source_->has_ended());
  EXPECT_FALSE(source_->damage());
}

TEST_F(PipeSourceTest, MeasuresSilenceSinceTheLastArrival) {
  open(pcap_header());
  EXPECT_EQ(source_->silence(), 0s);
  EXPECT_GT(source_->time_until(1s), 24h);
  send(records(0, 1));
  EXPECT_EQ(read(1), 1u);
  EXPECT_EQ(source_->silence(), 0s);
  // A frame may be this late.
  pass(PipeSource::kMaxDelay);
  EXPECT_EQ(source_->silence(), 0s);
  EXPECT_EQ(source_->time_until(1s), 1s + 1ns);
  pass(300ms);
  EXPECT_EQ(source_->silence(), 300ms);
  EXPECT_EQ(source_->time_until(1s), 700ms + 1ns);
  pass(5s);
  EXPECT_EQ(source_->time_until(1s), 0s);
  send(records(1, 2));
  EXPECT_EQ(read(1), 1u);
  EXPECT_EQ(source_->silence(), 0s);
}

TEST_F(PipeSourceTest, FindsTheLinkTypeBeforeReading) {
  open(pcap_header({.link = LinkType::kRaw}) + records(0, 2));
  EXPECT_EQ(source_->link(), LinkType::kRaw);
  EXPECT_EQ(read(2), 2u) << "no frame is lost";
}

TEST_F(PipeSourceTest, ReportsDamage) {
  const std::string bytes = records(0, 2);
  open(pcap_header() + bytes.substr(0, bytes.size() - 1));
  writing_ = FileHandle();
  EXPECT_EQ(read(2), 1u);
  EXPECT_TRUE(source_->damage());
}

// The pipe stays open, and nothing reads the frames: ending blocks on neither.
TEST_F(PipeSourceTest, EndsWhileThePipeIsOpen) {
  open(pcap_header());
  std::array<Frame, 1> batch;
  source_->read(batch);
  source_.reset();
  SetUp();
  open(pcap_header() + records(0, 100));
  EXPECT_GE(read(1), 1u);
  source_.reset();
}

TEST_F(PipeSourceTest, RejectsWhatIsNoCapture) {
  send("no capture at all");
  const auto source =
      PipeSource::open(reading_.get(), "the pipe", [] { return Duration(); });
  ASSERT_FALSE(source);
  EXPECT_TRUE(source.error().message.starts_with("the pipe is not a capture"));
}

// pcapng's simple packets have no time.
TEST_F(PipeSourceTest, GivesFramesWithoutATimeThatOfTheFrameBefore) {
  const auto packet = [](std::size_t size, Duration after) {
    return frame().ethernet().ipv4().udp().payload(size).at(kTestStart + after);
  };
  open(pcapng()
           .interface()
           .enhanced(packet(1, 2s))
           .simple(packet(2, 0s))
           .enhanced(packet(3, 1s))
           .bytes());
  writing_ = FileHandle();
  EXPECT_EQ(times(),
            (std::vector{kTestStart + 2s, kTestStart + 2s, kTestStart + 1s}));
}

}  // namespace
}  // namespace flowtell
