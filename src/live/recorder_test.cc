// SPDX-License-Identifier: Apache-2.0
#include "live/recorder.h"

#include <gtest/gtest.h>

#include "support/live_signals.h"
#include "support/read_back.h"
#include "support/scripted_source.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

class Recording : public testing::Test {
 protected:
  Recorder::Options options() {
    Recorder::Options options;
    options.progress = [this](const RecordingCount& count, Duration) {
      progress_.push_back(count.packets);
    };
    options.notice = [this](const std::string& text) { notice_ = text; };
    return options;
  }
  static Result<void> take(Recorder& recorder, const TestFrame& frame) {
    return recorder.take(std::vector{frame.view()});
  }
  std::vector<TestFrame> written() const {
    return read_back(*read_file(folder_ / "a.pcap")).frames;
  }

  TemporaryFolder folder_;
  PcapWriter writer_ =
      std::move(*PcapWriter::create(folder_ / "a.pcap", LinkType::kEthernet));
  std::vector<std::uint64_t> progress_;  // packets at each progress call
  std::string notice_;
};

const TestFrame kContent = frame().ethernet().ipv4().udp().payload(900);

TEST_F(Recording, KeepsHeadersAndNoContent) {
  Recorder recorder(options(), writer_);
  ASSERT_TRUE(take(recorder, kContent));
  ASSERT_TRUE(take(recorder, frame().ethernet().ipv4().udp(4, 53).payload(9)));
  ASSERT_TRUE(recorder.finish());
  ASSERT_EQ(written().size(), 2u);
  EXPECT_EQ(written()[0].bytes.size(), 14u + 28);
  EXPECT_EQ(written()[0].wire_length, kContent.wire_length);
  EXPECT_EQ(written()[0].time, kContent.time);
  EXPECT_EQ(written()[1].bytes.size(), 14u + 28 + 9);
}

TEST_F(Recording, CutsToTheSnapLength) {
  Recorder::Options snapped = options();
  snapped.snap = 100;
  Recorder recorder(snapped, writer_);
  ASSERT_TRUE(take(recorder, kContent));
  ASSERT_TRUE(take(recorder, frame().ethernet().ipv4().udp()));
  ASSERT_TRUE(recorder.finish());
  ASSERT_EQ(written().size(), 2u);
  EXPECT_EQ(written()[0].bytes, kContent.bytes.substr(0, 100));
  EXPECT_EQ(written()[0].wire_length, kContent.wire_length);
  EXPECT_EQ(written()[1].bytes.size(), 14u + 28) << "a shorter one whole";
}

TEST_F(Recording, KeepsAnonymousHeadersAndCountsOtherFrames) {
  Recorder::Options anonymous = options();
  anonymous.key = AnonymiserKey{};
  Recorder recorder(anonymous, writer_);
  ASSERT_TRUE(take(recorder, kContent));
  ASSERT_TRUE(
      take(recorder, frame().ethernet().ether_type(0x0806).payload(28)));
  ASSERT_TRUE(take(recorder, frame().ethernet().ipv4().udp(4, 53).payload(9)));
  ASSERT_TRUE(recorder.finish());
  EXPECT_EQ(recorder.count().packets, 3u);
  EXPECT_EQ(recorder.count().left_out, 1u);
  ASSERT_EQ(written().size(), 2u);
  EXPECT_EQ(written()[0].bytes.size(), 14u + 28);
  EXPECT_NE(written()[0].bytes.substr(26, 8), kContent.bytes.substr(26, 8));
  EXPECT_EQ(written()[0].wire_length, kContent.wire_length);
  EXPECT_EQ(written()[1].bytes.size(), 14u + 28) << "without the DNS question";
}

TEST_F(Recording, CountsFramesBytesAndFlows) {
  Recorder recorder(options(), writer_);
  EXPECT_EQ(recorder.count().packets, 0u);
  ASSERT_TRUE(take(recorder, kContent));
  ASSERT_TRUE(
      take(recorder, frame().ethernet().ether_type(0x0806).payload(28)));
  ASSERT_TRUE(
      take(recorder,
           frame().ethernet().ipv4().udp(40001, 443).at(kTestStart + 1ms)));
  EXPECT_EQ(recorder.count().packets, 3u) << "of all kinds";
  EXPECT_EQ(recorder.count().bytes, 942u + 42 + 42);
  ASSERT_TRUE(
      take(recorder, frame().ethernet().ipv4().udp().payload(900).snap(60)));
  EXPECT_EQ(recorder.count().bytes, 942u + 42 + 42 + 942)
      << "on the wire, not captured";
  EXPECT_EQ(recorder.count().flows, 2u) << "open flows count";
  recorder.note_silence(5s);
  EXPECT_EQ(recorder.count().flows, 2u) << "and are not counted twice";
}

TEST_F(Recording, CountsANewFlowAfterASilence) {
  Recorder recorder(options(), writer_);
  ASSERT_TRUE(take(recorder, kContent));
  recorder.note_silence(500ms);
  ASSERT_TRUE(take(recorder, kContent));
  EXPECT_EQ(recorder.count().flows, 1u) << "it continues";
  recorder.note_silence(5s);
  ASSERT_TRUE(take(recorder, kContent));
  EXPECT_EQ(recorder.count().flows, 2u);
}

TEST_F(Recording, IsOverWhenItsLengthIsReached) {
  Recorder::Options short_one = options();
  short_one.length = 0s;
  Recorder recorder(short_one, writer_);
  EXPECT_TRUE(recorder.is_over());
  EXPECT_TRUE(recorder.poll()->is_done);
}

TEST_F(Recording, ContinuesUntilItsLengthIsReached) {
  Recorder::Options long_one = options();
  long_one.length = 24h;
  Recorder recorder(long_one, writer_);
  EXPECT_FALSE(recorder.is_over());
  EXPECT_FALSE(recorder.poll()->is_done);
  Recorder endless(options(), writer_);
  EXPECT_FALSE(endless.is_over());
  EXPECT_FALSE(endless.poll()->is_done);
}

TEST_F(Recording, WaitsNoLongerThanItsLength) {
  Recorder::Options soon = options();
  soon.length = 100ms;
  Recorder recorder(soon, writer_);
  EXPECT_LE(*recorder.poll()->time, 100ms);
  Recorder endless(options(), writer_);
  EXPECT_GT(*endless.poll()->time, 0s);
  EXPECT_LE(*endless.poll()->time, 1s) << "progress is reported regularly";
}

TEST_F(Recording, EndsByItselfInTheLoop) {
  const LiveSignals signals;
  auto waiter = LiveWaiter::make();
  ASSERT_TRUE(waiter);
  Recorder::Options short_one = options();
  short_one.length = 1ms;
  Recorder recorder(short_one, writer_);
  // A source that stays silent.
  struct Silent : ScriptedSource {
    Silent() : ScriptedSource({}) {}
    std::size_t read(std::span<Frame>) override { return 0; }
  } source;
  ASSERT_TRUE(run_live(source, *waiter, recorder));
  EXPECT_TRUE(recorder.is_over());
}

TEST_F(Recording, IsWrittenAtEachProgressCall) {
  Recorder recorder(options(), writer_);
  ASSERT_TRUE(take(recorder, kContent));
  EXPECT_TRUE(written().empty());
  ASSERT_TRUE(recorder.poll());
  EXPECT_EQ(progress_, std::vector<std::uint64_t>{1});
  EXPECT_EQ(written().size(), 1u);
}

TEST_F(Recording, StopsIfTheLinkTypeChanges) {
  Recorder recorder(options(), writer_);
  ASSERT_TRUE(take(recorder, kContent));
  const auto done = take(recorder, frame().raw().ipv4().udp());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kNotWritable);
  EXPECT_NE(done.error().message.find("one link type"), std::string::npos);
  ASSERT_TRUE(recorder.finish());
  EXPECT_EQ(written().size(), 1u);
}

TEST_F(Recording, ForwardsNotices) {
  Recorder recorder(options(), writer_);
  recorder.notice("wlan0 is back");
  EXPECT_EQ(notice_, "wlan0 is back");
  EXPECT_TRUE(recorder.reload());
}

}  // namespace
}  // namespace flowtell
