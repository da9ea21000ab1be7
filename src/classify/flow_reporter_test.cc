// SPDX-License-Identifier: Apache-2.0
#include "classify/flow_reporter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "flow/flow_meter.h"
#include "support/samples.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

// Records reports as text.
class RecordingSink : public FlowReportSink {
 public:
  void take(const FlowReport& report) override {
    text += fmt::format("{} of {} packets at {}, {} features",
                        report.is_early ? "early" : "flow",
                        report.flow.sent.packets + report.flow.received.packets,
                        seconds_text(report.flow.last - report.origin, 3),
                        report.features.size());
    if (report.verdict) text += fmt::format(", {}", report.verdict->app);
    if (report.verdict) last_confidence = report.verdict->confidence;
    text += ". ";
  }
  void end_burst() override { text += "end. "; }

  std::string text;
  double last_confidence = -1;
};

// Meters three packets of one flow, after a frame of no flow.
void meter_frames(FlowReporter& reporter) {
  FlowOptions options;
  options.early_packets = 2;
  FlowMeter meter(options, reporter);
  reporter.begin_capture(meter.origin());
  for (const TestFrame& frame :
       {frame().ethernet().ether_type(0x0806).payload(28).build(),
        frame().ethernet().ipv4().udp().at(kTestStart + 1s).build(),
        frame().ethernet().ipv4().udp().at(kTestStart + 1500ms).build(),
        frame().ethernet().ipv4().udp().at(kTestStart + 2s).build()}) {
    meter.add(frame.view());
  }
  meter.finish();
}

TEST(FlowReporter, MarksEarlyReports) {
  const FeatureList none;
  RecordingSink sink;
  FlowReporter reporter(none, std::nullopt, {&sink});
  meter_frames(reporter);
  EXPECT_EQ(sink.text,
            "early of 2 packets at 1.500, 0 features. "
            "flow of 3 packets at 2.000, 0 features. end. ");
}

TEST(FlowReporter, MeasuresTheGivenFeatures) {
  const FeatureList features = *FeatureList::parse("classic14");
  RecordingSink sink;
  FlowReporter reporter(features, std::nullopt, {&sink});
  meter_frames(reporter);
  EXPECT_EQ(sink.text,
            "early of 2 packets at 1.500, 14 features. "
            "flow of 3 packets at 2.000, 14 features. end. ");
}

TEST(FlowReporter, PassesReportsToEverySink) {
  const FeatureList none;
  RecordingSink one;
  RecordingSink two;
  FlowReporter reporter(none, std::nullopt, {&one, &two});
  meter_frames(reporter);
  EXPECT_FALSE(one.text.empty());
  EXPECT_EQ(one.text, two.text);
}

// Names no flow.
constexpr UnknownRule kNothing{
    .max_false_unknown = {}, .floor = 1, .margin = 1};

// A model whose apps have these names. With the default rule no flow is
// unknown.
struct NamedApps {
  explicit NamedApps(std::vector<std::string> names,
                     UnknownRule rule = UnknownRule::never(),
                     AmbiguityTable ambiguity = {})
      : session(make(std::move(names), rule, std::move(ambiguity))) {}
  Naming naming() { return {&session}; }
  ClassifierSession session;

 private:
  static ClassifierSession make(std::vector<std::string> names,
                                UnknownRule rule, AmbiguityTable ambiguity) {
    Model model = small_model();
    model.apps = std::move(names);
    model.ambiguity = std::move(ambiguity);
    return ClassifierSession(*Classifier::make(std::move(model), {}, rule));
  }
};

TEST(FlowReporter, ReportsTheApp) {
  const FeatureList none;
  NamedApps all_one({"x", "x", "x"});
  RecordingSink sink;
  FlowReporter reporter(none, all_one.naming(), {&sink});
  meter_frames(reporter);
  EXPECT_EQ(sink.text,
            "early of 2 packets at 1.500, 0 features, x. "
            "flow of 3 packets at 2.000, 0 features, x. end. ");
  EXPECT_GT(sink.last_confidence, 0);
  EXPECT_LE(sink.last_confidence, 1);
}

TEST(FlowReporter, ReportsUnknownApps) {
  const FeatureList none;
  NamedApps unsure({"x", "x", "x"}, kNothing);
  RecordingSink sink;
  FlowReporter reporter(none, unsure.naming(), {&sink});
  meter_frames(reporter);
  EXPECT_NE(sink.text.find("0 features, unknown. "), std::string::npos);
}

TEST(FlowReporter, ReplacesTheClassifier) {
  const FeatureList none;
  NamedApps before({"old", "old", "old"});
  NamedApps after({"new", "new", "new"});
  RecordingSink sink;
  FlowReporter reporter(none, before.naming(), {&sink});
  meter_frames(reporter);
  reporter.set_naming(after.naming());
  sink.text.clear();
  meter_frames(reporter);
  EXPECT_NE(sink.text.find(", new. "), std::string::npos);
  EXPECT_EQ(sink.text.find("old"), std::string::npos);
}

// The flows of meter_frames have no server name.
TEST(FlowReporter, ReportsTheAppsThatShareAFlow) {
  const FeatureList none;
  class Sharing : public FlowReportSink {
   public:
    void take(const FlowReport& report) override {
      text += fmt::format("{}:", report.verdict->app);
      for (const auto app : report.verdict->shared_by) {
        text += fmt::format(" {}", app);
      }
      text += ". ";
    }
    std::string text;
  };
  const auto text_of = [&](AmbiguityTable::Groups groups, bool marks) {
    NamedApps unsure({"x", "y", "z"}, kNothing,
                     AmbiguityTable(std::move(groups)));
    Sharing sink;
    FlowReporter reporter(none, Naming{&unsure.session, marks}, {&sink});
    meter_frames(reporter);
    return sink.text;
  };
  const AmbiguityTable::Groups shared = {{"UDP 443", {{0, 2}, 1, 0}},
                                         {"UDP 53", {{0, 2}, 1, 0}}};
  EXPECT_EQ(text_of(shared, false), "unknown:. unknown:. ");
  EXPECT_EQ(text_of({{"UDP 9", {{0, 2}, 1, 0}}}, true), "unknown:. unknown:. ")
      << "another service";
  EXPECT_EQ(text_of(shared, true), "unknown: x z. unknown: x z. ");
}

// Two devices with interleaved bursts of two flows each: the bursts are
// reported one after the other, each flow with its own features.
TEST(FlowReporter, ClassifiesABurstAtItsEnd) {
  const FeatureList features = *FeatureList::parse("classic14");
  NamedApps all_one({"x", "x", "x"});
  class Ports : public FlowReportSink {
   public:
    void take(const FlowReport& report) override {
      EXPECT_TRUE(report.verdict);
      EXPECT_TRUE(report.flow.packets.empty()) << "packets are not kept";
      const double longest = *std::ranges::max_element(report.features);
      text += fmt::format("{}:{} {} ", report.flow.device.text(),
                          report.flow.device_port, longest);
    }
    void end_burst() override { text += "end "; }
    std::string text;
  };
  Ports sink;
  FlowReporter reporter(features, all_one.naming(), {&sink});
  FlowMeter meter(FlowOptions{}, reporter);
  reporter.begin_capture(meter.origin());
  for (const int payload : {100, 200}) {
    for (const char* device : {"192.168.12.7", "192.168.12.8"}) {
      meter.add(frame()
                    .ethernet()
                    .ipv4(device)
                    .udp(static_cast<Port>(40000 + payload))
                    .payload(static_cast<std::size_t>(payload))
                    .build()
                    .view());
    }
  }
  EXPECT_EQ(sink.text, "") << "no burst has ended yet";
  meter.finish();
  EXPECT_EQ(sink.text,
            "192.168.12.7:40100 128 192.168.12.7:40200 228 end "
            "192.168.12.8:40100 128 192.168.12.8:40200 228 end ");
}

// Device context does not carry over to the next capture.
TEST(FlowReporter, ResetsTheClassifierPerCapture) {
  const FeatureList none;
  NamedApps apps({"x", "y", "z"});
  RecordingSink sink;
  FlowReporter reporter(none, apps.naming(), {&sink});
  meter_frames(reporter);
  const double first = sink.last_confidence;
  meter_frames(reporter);
  EXPECT_EQ(sink.last_confidence, first);
}

}  // namespace
}  // namespace flowtell
