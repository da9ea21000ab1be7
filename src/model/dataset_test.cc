// SPDX-License-Identifier: Apache-2.0
#include "model/dataset.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/checksum.h"
#include "base/file.h"
#include "support/hello_bytes.h"
#include "support/pcap_bytes.h"
#include "support/samples.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

// A frame sent by a device `after` the start, from `port`.
TestFrame sent_by(std::string_view device, Duration after, Port port = 40000,
                  std::size_t payload = 100) {
  return frame().ethernet().ipv4(device).udp(port).payload(payload).at(
      kTestStart + after);
}

class DatasetTest : public testing::Test {
 protected:
  // A capture file of an app.
  LabelledCapture capture(const std::string& name, const std::string& app,
                          const std::vector<TestFrame>& frames) const {
    LabelledCapture labelled;
    labelled.path = folder_.put(name, pcap_bytes(frames));
    labelled.app = app;
    labelled.group = labelled.path;
    return labelled;
  }
  // Four flows of one device, 1.2 seconds apart, with 1, 2, 3 and 4 packets.
  // All packet lengths differ.
  LabelledCapture four_flows() const {
    std::vector<TestFrame> frames;
    for (int second = 0; second < 4; ++second) {
      for (int packet = 0; packet <= second; ++packet) {
        frames.push_back(
            sent_by("192.168.12.100", 1200ms * second + 1ms * packet, 40000,
                    static_cast<std::size_t>(100 * (second + 1) + packet)));
      }
    }
    return capture("four.pcap", "chat", frames);
  }
  static Dataset load(const std::vector<LabelledCapture>& captures) {
    auto loaded = load_dataset(captures, options());
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded ? loaded->dataset : Dataset{};
  }
  static LoadOptions options() {
    LoadOptions options;
    options.features = *FeatureList::parse("classic14");
    return options;
  }
  // The shortest and longest payload of each row's flow, "201-202".
  static std::vector<std::string> payloads_of(const Dataset& data) {
    constexpr float kHeaders = 28;
    const auto names = options().features.column_names();
    const auto column = [&](std::string_view name) {
      return static_cast<std::size_t>(std::ranges::find(names, name) -
                                      names.begin());
    };
    std::vector<std::string> payloads;
    for (std::size_t i = 0; i < data.rows(); ++i) {
      payloads.push_back(
          fmt::format("{}-{}", data.row(i)[column("length_min")] - kHeaders,
                      data.row(i)[column("length_max")] - kHeaders));
    }
    return payloads;
  }

  TemporaryFolder folder_;
};

using Payloads = std::vector<std::string>;

const Payloads kFourFlows = {"100-100", "200-201", "300-302", "400-403"};

TEST_F(DatasetTest, HasARowForEachFlow) {
  const Dataset data = load({four_flows()});
  EXPECT_EQ(data.width, 14u);
  EXPECT_EQ(data.rows(), 4u);
  EXPECT_EQ(data.values.size(), 4u * 14);
  EXPECT_EQ(payloads_of(data), kFourFlows);
}

TEST_F(DatasetTest, RecordsTheFactsOfEachFlow) {
  const Dataset data = load({four_flows()});
  ASSERT_EQ(data.facts.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(data.facts[i].packets, i + 1);
    EXPECT_EQ(data.facts[i].protocol, Protocol::kUdp);
    EXPECT_EQ(data.facts[i].remote_port, 443);
  }
}

// The outer name of an encrypted hello is no name to train on.
TEST_F(DatasetTest, HoldsNoOuterNames) {
  const auto hello = [](Port port, const TestHello& content) {
    return frame()
        .ethernet()
        .ipv4("192.168.12.100")
        .tcp(port, 443)
        .payload(tls_records(client_hello(content)));
  };
  LoadOptions with_names = options();
  with_names.flow.names = true;
  const std::vector<LabelledCapture> captures = {capture(
      "hellos.pcap", "chat",
      {hello(40001, {.server = "a.example"}),
       hello(40002,
             {.server = "outer.example", .extensions = {ech_extension()}})})};
  const auto loaded = load_dataset(captures, with_names);
  ASSERT_TRUE(loaded) << loaded.error().message;
  const Dataset& data = loaded->dataset;
  EXPECT_EQ(data.names, (std::vector<std::string>{"", "a.example"}));
  ASSERT_EQ(data.facts.size(), 2u);
  EXPECT_EQ(data.facts[1].name, 0u);
  EXPECT_EQ(data.facts[1].name_source, NameSource::kEch);
}

TEST_F(DatasetTest, HoldsTheFeaturesInSinglePrecision) {
  // The reference: the same flow measured here.
  struct Measurer : FlowSink {
    void take(const Flow& flow) override {
      FlowSeries series;
      series.assign(flow);
      const FeatureList features = *FeatureList::parse("classic14");
      std::vector<double> row(features.width());
      features.measure(series, row);
      for (const double value : row) {
        values.push_back(static_cast<float>(value));
      }
    }
    std::vector<float> values;
  } measurer;
  FlowMeter meter(FlowOptions{}, measurer);
  std::vector<TestFrame> frames;
  for (int i = 0; i < 7; ++i) {
    frames.push_back(sent_by("192.168.12.100", 37ms * i * i, 40000,
                             static_cast<std::size_t>(13 * i)));
  }
  for (const TestFrame& each : frames) meter.add(each.view());
  meter.finish();
  EXPECT_EQ(load({capture("a.pcap", "chat", frames)}).values, measurer.values);
}

TEST_F(DatasetTest, NumbersAppsByName) {
  const auto one = sent_by("192.168.12.100", 0s);
  const Dataset data =
      load({capture("1", "video", {one}), capture("2", "chat", {one}),
            capture("3", "mail", {one, one}), capture("4", "chat", {one})});
  EXPECT_EQ(data.apps, (std::vector<std::string>{"chat", "mail", "video"}));
  EXPECT_EQ(data.labels, (std::vector<AppId>{2, 0, 1, 0}));
  EXPECT_EQ(data.capture_of, (std::vector<std::uint32_t>{0, 1, 2, 3}));
  EXPECT_EQ(data.flows_per_app(), (std::vector<std::uint64_t>{2, 1, 1}));
}

TEST_F(DatasetTest, RecordsEachCapture) {
  LabelledCapture labelled = four_flows();
  labelled.group = "monday";
  const Dataset data = load({labelled, capture("none", "mail", {})});
  ASSERT_EQ(data.captures.size(), 2u);
  const CaptureRecord& record = data.captures[0];
  EXPECT_EQ(record.path, labelled.path);
  EXPECT_EQ(record.group, "monday");
  EXPECT_EQ(record.app, 0);
  EXPECT_EQ(record.flows, 4u);
  EXPECT_EQ(record.first, kTestStart);
  EXPECT_EQ(record.last, kTestStart + 3603ms);
  EXPECT_EQ(record.sha256, sha256(as_bytes(*read_file(labelled.path))));
  EXPECT_EQ(data.captures[1].flows, 0u);
  EXPECT_FALSE(data.captures[1].first);
}

TEST_F(DatasetTest, HoldsOnlyFlowsOfTheGivenDevice) {
  LabelledCapture labelled =
      capture("two.pcap", "chat",
              {sent_by("192.168.12.100", 0s, 40000, 1),
               sent_by("192.168.12.200", 1ms, 40000, 2),
               sent_by("192.168.12.200", 2ms, 40000, 3)});
  labelled.device = test_address("192.168.12.200");
  EXPECT_EQ(payloads_of(load({labelled})), Payloads{"2-3"});
  labelled.device = test_address("203.0.113.5");
  EXPECT_EQ(load({labelled}).rows(), 0u);
}

TEST_F(DatasetTest, HoldsOnlyTheGivenTimeSpan) {
  LabelledCapture labelled = four_flows();
  labelled.from = 1200ms;
  EXPECT_EQ(payloads_of(load({labelled})),
            (Payloads{"200-201", "300-302", "400-403"}));
  labelled.to = 2401ms;  // both ends are included
  EXPECT_EQ(payloads_of(load({labelled})), (Payloads{"200-201", "300-301"}));
  labelled.from = kTestStart + 1201ms;
  EXPECT_EQ(payloads_of(load({labelled})), (Payloads{"201-201", "300-301"}));
  labelled.to = kTestStart + 1201ms;
  EXPECT_EQ(payloads_of(load({labelled})), Payloads{"201-201"});
}

TEST_F(DatasetTest, IsTheSameForAnyNumberOfThreads) {
  std::vector<LabelledCapture> captures;
  for (int i = 0; i < 20; ++i) {
    std::vector<TestFrame> frames;
    for (int flow = 0; flow <= i; ++flow) {
      frames.push_back(sent_by("192.168.12.100", 2s * flow, 40000,
                               static_cast<std::size_t>(i * 30 + flow)));
    }
    captures.push_back(
        capture(fmt::format("{}.pcap", i), i % 2 == 0 ? "a" : "b", frames));
  }
  LoadOptions many = options();
  many.threads = 4;
  std::atomic<std::size_t> reported = 0;
  many.progress = [&](std::size_t, std::size_t total) {
    EXPECT_EQ(total, 20u);
    ++reported;
  };
  const auto loaded = load_dataset(captures, many);
  ASSERT_TRUE(loaded);
  const Dataset one = load(captures);
  EXPECT_EQ(loaded->dataset.values, one.values);
  EXPECT_EQ(loaded->dataset.labels, one.labels);
  EXPECT_EQ(loaded->dataset.capture_of, one.capture_of);
  EXPECT_EQ(loaded->report.frames, 210u);
  EXPECT_EQ(reported, 20u);
}

TEST_F(DatasetTest, NumbersLabelsByTheAppsOfAModel) {
  LoadOptions given = options();
  given.apps = {"audio", "chat", "mail"};
  const auto loaded = load_dataset(std::vector{four_flows()}, given);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->dataset.apps, given.apps);
  EXPECT_EQ(loaded->dataset.labels, (std::vector<AppId>{1, 1, 1, 1}));
}

TEST_F(DatasetTest, RejectsAnAppThatTheModelLacks) {
  LoadOptions given = options();
  given.apps = {"audio", "mail"};
  const LabelledCapture labelled = four_flows();
  const auto loaded = load_dataset(std::vector{labelled}, given);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message,
            labelled.path +
                " is of the app 'chat', which is not among the trained apps "
                "(audio and mail); leave it out or train with it");
}

TEST_F(DatasetTest, UsesAndReportsADamagedCapture) {
  const LabelledCapture whole = four_flows();
  const std::string bytes = *read_file(whole.path);
  LabelledCapture cut = whole;
  cut.path = folder_.put("cut.pcap", bytes.substr(0, bytes.size() - 5));
  const auto loaded = load_dataset(std::vector{whole, cut}, options());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(payloads_of(loaded->dataset).back(), "400-402");
  EXPECT_EQ(loaded->dataset.rows(), 8u);
  ASSERT_EQ(loaded->damaged.size(), 1u);
  EXPECT_EQ(loaded->damaged[0].path, cut.path);
}

TEST_F(DatasetTest, FailsNamingAMissingCapture) {
  LabelledCapture absent = four_flows();
  absent.path = folder_ / "absent.pcap";
  const auto loaded =
      load_dataset(std::vector{four_flows(), absent}, options());
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find(absent.path), std::string::npos);
}

// An unreadable capture is skipped, unless it is the only one.
TEST_F(DatasetTest, SkipsAnUnreadableCapture) {
  LabelledCapture none = four_flows();
  none.path = folder_.put("none.pcap", "this is no capture");
  const auto loaded =
      load_dataset(std::vector{none, four_flows(), none}, options());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->dataset.rows(), 4U);
  ASSERT_EQ(loaded->dataset.captures.size(), 1U);
  ASSERT_EQ(loaded->unread.size(), 2U);
  EXPECT_NE(loaded->unread[1].find(none.path), std::string::npos);
  const auto alone = load_dataset(std::vector{none}, options());
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().message, loaded->unread[0]);
  const auto both = load_dataset(std::vector{none, none}, options());
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().message, loaded->unread[0]);
}

TEST_F(DatasetTest, RejectsMoreAppsThanAModelHolds) {
  LoadOptions given = options();
  for (std::size_t i = 0; i < kMaxApps; ++i) {
    given.apps.push_back(fmt::format("chat{:05}", i));
  }
  LabelledCapture labelled = four_flows();
  labelled.app = given.apps[7];
  const auto fits = load_dataset(std::vector{labelled}, given);
  ASSERT_TRUE(fits);
  EXPECT_EQ(fits->dataset.labels.front(), 7);
  given.apps.emplace_back("one too many");
  const auto loaded = load_dataset(std::vector{labelled}, given);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(
      loaded.error().message,
      "10001 apps are more than a model can hold (10000); leave some out");
}

TEST_F(DatasetTest, NumbersFlowsAndTheirBursts) {
  const Dataset data = load({four_flows()});
  ASSERT_EQ(data.facts.size(), 4U);
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(data.facts[i].burst, i);
    EXPECT_EQ(data.facts[i].number, i + 1);
    EXPECT_EQ(data.facts[i].name, 0U);
    EXPECT_EQ(data.facts[i].first, kTestStart + 1200ms * i);
    EXPECT_EQ(data.facts[i].last, kTestStart + 1200ms * i + 1ms * i);
    EXPECT_EQ(data.facts[i].device, test_address("192.168.12.100"));
  }
  EXPECT_EQ(data.names, std::vector<std::string>{""});
}

// Flows of other devices count in the numbering.
TEST_F(DatasetTest, CountsFlowsOfOtherDevicesInNumbers) {
  LabelledCapture labelled =
      capture("two.pcap", "chat",
              {sent_by("192.168.12.200", 0s), sent_by("192.168.12.100", 5s)});
  labelled.device = test_address("192.168.12.100");
  const Dataset data = load({labelled});
  ASSERT_EQ(data.facts.size(), 1U);
  EXPECT_EQ(data.facts[0].number, 2U);
  EXPECT_EQ(data.facts[0].burst, 1U);
}

// Parts refer to rows across all captures.
TEST_F(DatasetTest, NumbersPartsByTheRowsOfAllCaptures) {
  const auto reply = [](Duration after) {
    return frame()
        .ethernet()
        .ipv4("203.0.113.5", "192.168.12.100")
        .udp(443, 40000)
        .payload(900)
        .at(kTestStart + after);
  };
  const auto talk = capture("talk.pcap", "chat",
                            {sent_by("192.168.12.100", 0s), reply(1ms),
                             sent_by("192.168.12.100", 2ms, 40000, 300)});
  LoadOptions with_parts = options();
  with_parts.parts = true;
  const auto loaded = load_dataset(std::vector{four_flows(), talk}, with_parts);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->dataset.parts.whole, (std::vector<std::uint32_t>{4, 4}));
  // The row of the whole flow is unaffected by its parts.
  EXPECT_EQ(payloads_of(loaded->dataset).back(), "100-900");
}

TEST_F(DatasetTest, MeasuresPartsOnRequest) {
  // Only the second flow has a second request.
  const auto talk = capture("talk.pcap", "chat",
                            {sent_by("192.168.12.100", 0s, 40000, 50),
                             sent_by("192.168.12.100", 1ms, 40001, 100),
                             frame()
                                 .ethernet()
                                 .ipv4("203.0.113.5", "192.168.12.100")
                                 .udp(443, 40001)
                                 .payload(900)
                                 .at(kTestStart + 2ms),
                             sent_by("192.168.12.100", 3ms, 40001, 300)});
  EXPECT_EQ(load({talk}).parts.size(), 0u);
  LoadOptions with_parts = options();
  with_parts.parts = true;
  const Dataset data = load_dataset({{talk}}, with_parts)->dataset;
  EXPECT_EQ(data.rows(), 2u);
  EXPECT_EQ(data.parts.whole, (std::vector<std::uint32_t>{1, 1}));
  EXPECT_EQ(data.parts.values.size(), 2 * data.width);
}

TEST(Dataset, SelectsThePartsOfTheGivenRows) {
  Dataset data = table_of({{{1}}, {{2}}, {{3}, 1, 1}}, 2);
  data.parts = {{10, 11, 30}, {0, 0, 2}};
  const std::vector<std::uint32_t> chosen = {2, 1, 0};
  const PartRows parts = data.select(chosen).parts;
  EXPECT_EQ(parts.values, (std::vector<float>{30, 10, 11}));
  EXPECT_EQ(parts.whole, (std::vector<std::uint32_t>{0, 2, 2}));
}

TEST_F(DatasetTest, SelectsRowsInTheGivenOrder) {
  const Dataset data = load({four_flows(), capture("b", "mail", {})});
  const Dataset part = data.select(std::vector<std::uint32_t>{3, 0});
  EXPECT_EQ(payloads_of(part), (Payloads{"400-403", "100-100"}));
  EXPECT_EQ(part.labels, (std::vector<AppId>{0, 0}));
  EXPECT_EQ(part.capture_of, (std::vector<std::uint32_t>{0, 0}));
  EXPECT_EQ(part.apps, data.apps);
  EXPECT_EQ(part.captures.size(), 2u);
}

// Two TCP packets, one at the link MTU and one beyond it, kept whole and cut to
// 96 bytes.
TEST_F(DatasetTest, ReportsHowACaptureWasRecorded) {
  const auto segment = [](std::size_t payload) {
    return frame()
        .ethernet()
        .ipv4("192.168.12.100")
        .tcp(40000)
        .payload(payload)
        .at(kTestStart);
  };
  const TestFrame full = segment(1460);
  const TestFrame joined = segment(2920);
  const TestFrame cut = segment(2920).snap(96);
  const auto loaded = load_dataset(
      std::vector{capture("whole", "chat", {full, joined}),
                  capture("cut", "chat", {full, cut}),
                  capture("udp", "chat", {sent_by("192.168.12.100", 0s)})},
      options());
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->recordings.size(), 3u);
  const CaptureFacts& whole = loaded->recordings[0];
  EXPECT_EQ(whole.format, CaptureFormat::kPcap);
  EXPECT_EQ(whole.meter.frames, 2u);
  EXPECT_EQ(whole.cut_frames, 0u);
  EXPECT_EQ(whole.max_captured, joined.bytes.size());
  EXPECT_EQ(whole.full_packets, 2u);
  EXPECT_EQ(whole.joined_packets, 1u);
  EXPECT_EQ(loaded->recordings[1].cut_frames, 1u);
  EXPECT_EQ(loaded->recordings[1].min_cut, 96u);
  EXPECT_EQ(loaded->recordings[1].joined_packets, 1u);
  EXPECT_EQ(loaded->recordings[2].full_packets, 0u);
}

// Packets are full from 1200 bytes, and joined beyond 1500.
TEST_F(DatasetTest, CountsFullAndJoinedPackets) {
  std::vector<TestFrame> frames;
  for (const std::size_t length : {1199U, 1200U, 1500U, 1501U}) {
    frames.push_back(frame()
                         .ethernet()
                         .ipv4("192.168.12.100")
                         .tcp(40000)
                         .payload(length - 40)
                         .at(kTestStart));
  }
  const auto loaded =
      load_dataset(std::vector{capture("a", "chat", frames)}, options());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->recordings[0].full_packets, 3U);
  EXPECT_EQ(loaded->recordings[0].joined_packets, 1U);
}

}  // namespace
}  // namespace flowtell
