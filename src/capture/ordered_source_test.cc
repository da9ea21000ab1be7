// SPDX-License-Identifier: Apache-2.0
#include "capture/ordered_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "capture/capture_file.h"
#include "support/pcap_bytes.h"
#include "support/pcapng_bytes.h"
#include "support/read_back.h"

namespace flowtell {
namespace {

// A frame whose source port tells it from others.
TestFrame numbered(int number, Duration after) {
  return frame()
      .ethernet()
      .ipv4()
      .udp(static_cast<Port>(number))
      .at(kTestStart + after);
}

struct OrderedRead {
  std::vector<int> numbers;     // of the frames, by their source ports
  std::vector<Duration> times;  // since the first
  ClockReport clocks;
  bool is_damaged = false;

  // The times of frames numbered from `first` to below `end`, since the first
  // of them.
  std::vector<Duration> of(int first, int end) const {
    std::vector<Duration> out;
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (numbers[i] >= first && numbers[i] < end) out.push_back(times[i]);
    }
    const Duration start = out.empty() ? Duration{} : out.front();
    for (Duration& time : out) time -= start;
    return out;
  }
};

OrderedRead read_ordered(const std::string& bytes) {
  auto source = open_capture(as_bytes(bytes), "test");
  EXPECT_TRUE(source);
  OrderedRead read;
  std::array<Frame, 7> batch;
  Timestamp first{};
  while (const std::size_t count = (*source)->read(batch)) {
    for (const Frame& each : std::span(batch).first(count)) {
      if (read.times.empty()) first = each.time;
      read.times.push_back(each.time - first);
      read.numbers.push_back(each.bytes[34] * 256 + each.bytes[35]);
    }
  }
  EXPECT_TRUE(std::ranges::is_sorted(read.times));
  read.clocks = (*source)->clocks();
  read.is_damaged = (*source)->damage().has_value();
  return read;
}

std::vector<Duration> every(Duration gap, int count) {
  std::vector<Duration> out;
  for (int i = 0; i < count; ++i) out.push_back(i * gap);
  return out;
}

// Frames 0 to 19 on one interface and 100 to 119 on another, half a second
// apart each, whose clock differs.
OrderedRead read_two_clocks(Duration skew) {
  PcapngBytes file = pcapng().interface().interface({.resolution = 9});
  for (int i = 0; i < 20; ++i) {
    file.enhanced(numbered(i, i * 500ms));
    file.enhanced(numbered(100 + i, i * 500ms + 100ms + skew), 1);
  }
  return read_ordered(file.bytes());
}

TEST(OrderedSource, TimesEachInterfaceByItsOwnClock) {
  const Duration since_boot = 1000s - kTestStart.time_since_epoch();
  for (const Duration skew : {Duration(0s), Duration(3s), Duration(-3s),
                              Duration(-700ms), Duration(3600s), since_boot}) {
    const OrderedRead read = read_two_clocks(skew);
    EXPECT_EQ(read.of(0, 20), every(500ms, 20)) << skew.count();
    EXPECT_EQ(read.of(100, 120), every(500ms, 20)) << skew.count();
    EXPECT_LT(read.times.back(), 11s) << skew.count();
    EXPECT_EQ(read.clocks.differing, skew == 0s ? 0u : 1u) << skew.count();
    EXPECT_EQ(read.clocks.steps, 0u);
  }
}

TEST(OrderedSource, ReadsResolutionsAndOffsetsOfEachInterface) {
  PcapngBytes file =
      pcapng()
          .interface({.resolution = 3, .offset_seconds = 1'000'000})
          .interface({.resolution = 0x80 | 20});
  for (int i = 0; i < 20; ++i) {
    file.enhanced(numbered(i, i * 500ms));
    file.enhanced(numbered(100 + i, i * 500ms), 1);
  }
  const OrderedRead read = read_ordered(file.bytes());
  EXPECT_EQ(read.of(0, 20), every(500ms, 20));
  EXPECT_EQ(read.clocks.differing, 0u);
}

// Queues of 1.5 s each, written in turns.
template <typename Put>
void put_in_turns(Put put) {
  for (int turn = 0; turn < 6; ++turn) {
    for (std::uint16_t queue = 0; queue < 2; ++queue) {
      for (int i = 0; i < 15; ++i) {
        const int number = (turn * 15 + i) * 2 + queue;
        put(numbered(number, number * 50ms), queue);
      }
    }
  }
}

TEST(OrderedSource, OrdersInterfacesWrittenInTurns) {
  PcapngBytes file = pcapng().interface().interface();
  put_in_turns([&](const TestFrame& each, std::uint16_t queue) {
    file.enhanced(each, queue);
  });
  const OrderedRead read = read_ordered(file.bytes());
  EXPECT_EQ(read.of(0, 180), every(50ms, 180));
  EXPECT_TRUE(std::ranges::is_sorted(read.numbers));
  EXPECT_EQ(read.clocks.differing, 0u);
  EXPECT_GT(read.clocks.reordered, 0u);
}

TEST(OrderedSource, OrdersQueuesOfOneInterfaceWrittenInTurns) {
  std::vector<TestFrame> frames;
  put_in_turns(
      [&](const TestFrame& each, std::uint16_t) { frames.push_back(each); });
  const OrderedRead read = read_ordered(pcap_bytes(frames));
  EXPECT_EQ(read.of(0, 180), every(50ms, 180));
  EXPECT_TRUE(std::ranges::is_sorted(read.numbers));
  EXPECT_EQ(read.clocks.steps, 0u);
}

TEST(OrderedSource, OrdersFramesThatAreALittleLate) {
  std::vector<TestFrame> frames;
  for (int i = 0; i < 5000; ++i) frames.push_back(numbered(i, i * 10ms));
  for (std::size_t i = 3; i + 3 < frames.size(); i += 5) {
    std::swap(frames[i], frames[i + 3]);
  }
  const OrderedRead read = read_ordered(pcap_bytes(frames));
  EXPECT_EQ(read.of(0, 5000), every(10ms, 5000));
  EXPECT_TRUE(std::ranges::is_sorted(read.numbers));
}

TEST(OrderedSource, KeepsGapsWhenAClockIsSetBack) {
  for (const Duration step : {Duration(2s), Duration(30s), Duration(3600s)}) {
    std::vector<TestFrame> frames;
    for (int i = 0; i < 3000; ++i) {
      frames.push_back(numbered(i, i * 10ms - (i >= 2500 ? step : 0s)));
    }
    const OrderedRead read = read_ordered(pcap_bytes(frames));
    EXPECT_EQ(read.clocks.steps, 1u);
    const auto first = read.of(0, 2500);
    EXPECT_EQ(first, every(10ms, 2500));
    EXPECT_EQ(read.of(2500, 3000), every(10ms, 500));
    EXPECT_LE(read.times.back(), 30s);
  }
}

TEST(OrderedSource, GivesFramesWithoutATimeThatOfTheFrameBefore) {
  const OrderedRead read = read_ordered(pcapng()
                                            .interface()
                                            .simple(numbered(0, 0s))
                                            .enhanced(numbered(1, 0s))
                                            .enhanced(numbered(2, 2s))
                                            .simple(numbered(3, 0s))
                                            .enhanced(numbered(4, 3s))
                                            .bytes());
  EXPECT_EQ(read.times, (std::vector<Duration>{0s, 0s, 2s, 2s, 3s}));
  EXPECT_EQ(read.clocks.timeless, 2u);
}

TEST(OrderedSource, TakesATimeOfZeroForNoneBesideTimesThatAreSet) {
  const Duration zero = -kTestStart.time_since_epoch();
  const OrderedRead read = read_ordered(
      pcap_bytes({numbered(0, zero), numbered(1, 0s), numbered(2, 1s),
                  numbered(3, zero), numbered(4, 2s)}));
  EXPECT_EQ(read.times, (std::vector<Duration>{0s, 0s, 1s, 1s, 2s}));
  EXPECT_EQ(read.clocks.timeless, 2u);
  // A clock that begins at zero.
  const OrderedRead relative = read_ordered(pcap_bytes(
      {numbered(0, zero), numbered(1, zero + 1s), numbered(2, zero + 3s)}));
  EXPECT_EQ(relative.times, (std::vector<Duration>{0s, 1s, 3s}));
  EXPECT_EQ(relative.clocks.timeless, 0u);
}

TEST(OrderedSource, ReadsFramesWithoutAnyTime) {
  PcapngBytes file = pcapng().interface();
  for (int i = 0; i < 5; ++i) file.simple(numbered(i, 0s));
  const OrderedRead read = read_ordered(file.bytes());
  EXPECT_EQ(read.times, std::vector<Duration>(5, 0s));
}

// Nanoseconds in a file that claims microseconds.
std::string as_microseconds(std::vector<TestFrame> frames) {
  std::string bytes = pcap_bytes(frames, {.nanoseconds = true});
  bytes.replace(0, 4, pcap_header().substr(0, 4));
  return bytes;
}

TEST(OrderedSource, DoesNotDependOnHowManyFramesAreAskedFor) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    PcapngBytes file = pcapng().interface().interface({.resolution = 9});
    Duration time{};
    for (int i = 0; i < 200; ++i) {
      // Mostly small steps; now and then a clock that is set back or on.
      const int step = random() % 8 == 0 ? 20'000 : 200;
      time += std::chrono::milliseconds(
          static_cast<int>(random() % static_cast<unsigned>(step)) - step / 3);
      file.enhanced(numbered(i, time), random() % 2);
    }
    const ReadBack whole = read_back(file.bytes(), 200);
    for (const std::size_t batch : {1U, 3U, 64U}) {
      EXPECT_EQ(read_back(file.bytes(), batch).frames, whole.frames);
      EXPECT_EQ(read_back_streamed(file.bytes(), 7, batch).frames,
                whole.frames);
    }
  }
}

TEST(OrderedSource, RecognisesNanosecondsByTheWholeFile) {
  std::vector<TestFrame> frames;
  for (int i = 0; i < 40; ++i) frames.push_back(numbered(i, i * 250ms));
  const OrderedRead read = read_ordered(as_microseconds(frames));
  EXPECT_EQ(read.times, every(250ms, 40));
  EXPECT_TRUE(read.clocks.are_nanoseconds);
  EXPECT_FALSE(read.is_damaged);
}

TEST(OrderedSource, TakesASingleLargeFractionForDamage) {
  for (const std::size_t damaged :
       {std::size_t{0}, std::size_t{20}, std::size_t{39}}) {
    std::vector<TestFrame> frames;
    for (int i = 0; i < 40; ++i) {
      frames.push_back(numbered(i, i * 250ms + 10ms));
    }
    std::string bytes = pcap_bytes(frames);
    const std::size_t record = (bytes.size() - 24) / 40;
    // A fraction of 0x1f000000 microseconds: 520 s.
    bytes.replace(24 + damaged * record + 4, 4, std::string("\0\0\0\x1f", 4));
    const OrderedRead read = read_ordered(bytes);
    EXPECT_TRUE(read.is_damaged) << damaged;
    EXPECT_EQ(read.times.size(), 40u);
    EXPECT_LT(read.times.back(), 10s);
  }
}

TEST(OrderedSource, TakesZerosAtTheEndForDamage) {
  const std::string bytes = pcap_bytes({numbered(0, 0s), numbered(1, 1s)});
  for (const std::size_t zeros :
       {std::size_t{16}, std::size_t{100}, std::size_t{100'000}}) {
    const OrderedRead read = read_ordered(bytes + std::string(zeros, '\0'));
    EXPECT_TRUE(read.is_damaged) << zeros;
    EXPECT_EQ(read.numbers, (std::vector<int>{0, 1}));
  }
  const OrderedRead block =
      read_ordered(pcapng_bytes({numbered(0, 0s)}) + std::string(100, '\0'));
  EXPECT_TRUE(block.is_damaged);
}

}  // namespace
}  // namespace flowtell
