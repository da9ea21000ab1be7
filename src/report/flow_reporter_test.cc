// SPDX-License-Identifier: Apache-2.0
#include "report/flow_reporter.h"

#include <gtest/gtest.h>

#include "support/samples.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

// Keeps what it is told in words.
class Listener : public FlowListener {
 public:
  void take(const FlowReport& report) override {
    said += fmt::format("{} of {} packets at {}, {} features",
                        report.is_early ? "early" : "flow",
                        report.flow.sent.packets + report.flow.received.packets,
                        seconds_text(report.flow.last - report.origin, 3),
                        report.features.size());
    if (report.verdict) said += fmt::format(", {}", report.verdict->app);
    if (report.verdict) last_confidence = report.verdict->confidence;
    said += ". ";
  }
  void end_burst() override { said += "end. "; }

  std::string said;
  double last_confidence = -1;
};

// Three packets of one flow, after a frame that is none's.
void meter_some(FlowReporter& reporter) {
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

TEST(FlowReporter, TellsFlowsEarlyOnesMarked) {
  const FeatureList none;
  Listener listener;
  FlowReporter reporter(none, std::nullopt, {&listener});
  meter_some(reporter);
  EXPECT_EQ(listener.said,
            "early of 2 packets at 1.500, 0 features. "
            "flow of 3 packets at 2.000, 0 features. end. ");
}

TEST(FlowReporter, MeasuresWhatIsAskedFor) {
  const FeatureList features = *FeatureList::parse("classic14");
  Listener listener;
  FlowReporter reporter(features, std::nullopt, {&listener});
  meter_some(reporter);
  EXPECT_EQ(listener.said,
            "early of 2 packets at 1.500, 14 features. "
            "flow of 3 packets at 2.000, 14 features. end. ");
}

TEST(FlowReporter, TellsEveryListener) {
  const FeatureList none;
  Listener one;
  Listener two;
  FlowReporter reporter(none, std::nullopt, {&one, &two});
  meter_some(reporter);
  EXPECT_FALSE(one.said.empty());
  EXPECT_EQ(one.said, two.said);
}

// A model whose apps have these names, and which never says "unknown" if the
// rule is that.
struct Naming {
  explicit Naming(std::vector<std::string> names, UnknownRule rule = {0, 0})
      : model(small_model()),
        classifier(*ClassifierSession::make(model, EvidenceKinds{}, rule)) {
    model.apps = std::move(names);
  }
  NamingClassifier naming() { return {&classifier, &model.apps}; }
  Model model;
  ClassifierSession classifier;
};

TEST(FlowReporter, NamesTheApp) {
  const FeatureList none;
  Naming all_one({"x", "x", "x"});
  Listener listener;
  FlowReporter reporter(none, all_one.naming(), {&listener});
  meter_some(reporter);
  EXPECT_EQ(listener.said,
            "early of 2 packets at 1.500, 0 features, x. "
            "flow of 3 packets at 2.000, 0 features, x. end. ");
  EXPECT_GT(listener.last_confidence, 0);
  EXPECT_LE(listener.last_confidence, 1);
}

TEST(FlowReporter, SaysThatAnAppIsUnknown) {
  const FeatureList none;
  Naming doubtful({"x", "x", "x"}, {1, 1});
  Listener listener;
  FlowReporter reporter(none, doubtful.naming(), {&listener});
  meter_some(reporter);
  EXPECT_NE(listener.said.find("0 features, unknown. "), std::string::npos);
}

TEST(FlowReporter, TakesAnotherJudgeFromOneFlowToTheNext) {
  const FeatureList none;
  Naming before({"old", "old", "old"});
  Naming after({"new", "new", "new"});
  Listener listener;
  FlowReporter reporter(none, before.naming(), {&listener});
  meter_some(reporter);
  reporter.use(after.naming());
  listener.said.clear();
  meter_some(reporter);
  EXPECT_NE(listener.said.find(", new. "), std::string::npos);
  EXPECT_EQ(listener.said.find("old"), std::string::npos);
}

// The flows of meter_some go to a service without a name.
TEST(FlowReporter, TellsWhichAppsShareAFlow) {
  const FeatureList none;
  Naming doubtful({"x", "y", "z"}, {1, 1});
  class Sharing : public FlowListener {
   public:
    void take(const FlowReport& report) override {
      said += fmt::format("{}:", report.verdict->app);
      for (const auto app : report.verdict->shared_by) {
        said += fmt::format(" {}", app);
      }
      said += ". ";
    }
    std::string said;
  };
  const auto said = [&](NamingClassifier naming) {
    Sharing listener;
    FlowReporter reporter(none, naming, {&listener});
    meter_some(reporter);
    return listener.said;
  };
  NamingClassifier naming = doubtful.naming();
  EXPECT_EQ(said(naming), "unknown:. unknown:. ");
  naming.model = &doubtful.model;
  doubtful.model.ambiguity = AmbiguityTable({{"UDP 9", {{0, 2}, 1, 0}}});
  EXPECT_EQ(said(naming), "unknown:. unknown:. ") << "another service";
  doubtful.model.ambiguity =
      AmbiguityTable({{"UDP 443", {{0, 2}, 1, 0}}, {"UDP 53", {{0, 2}, 1, 0}}});
  EXPECT_EQ(said(naming), "unknown: x z. unknown: x z. ");
}

// Two devices that talk at once, with two flows each: the bursts are told one
// behind the other, each flow with the features that are its own.
TEST(FlowReporter, JudgesABurstWhenItIsOver) {
  const FeatureList features = *FeatureList::parse("classic14");
  Naming all_one({"x", "x", "x"});
  class Ports : public FlowListener {
   public:
    void take(const FlowReport& report) override {
      EXPECT_TRUE(report.verdict);
      EXPECT_TRUE(report.flow.packets.empty()) << "they are gone by then";
      const double longest = *std::ranges::max_element(report.features);
      said += fmt::format("{}:{} {} ", report.flow.device.text(),
                          report.flow.device_port, longest);
    }
    void end_burst() override { said += "end "; }
    std::string said;
  };
  Ports listener;
  FlowReporter reporter(features, all_one.naming(), {&listener});
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
  EXPECT_EQ(listener.said, "") << "no burst is over yet";
  meter.finish();
  EXPECT_EQ(listener.said,
            "192.168.12.7:40100 128 192.168.12.7:40200 228 end "
            "192.168.12.8:40100 128 192.168.12.8:40200 228 end ");
}

// What devices did in one capture says nothing of those in the next.
TEST(FlowReporter, BeginsEveryCaptureWithNothingBelieved) {
  const FeatureList none;
  Naming naming({"x", "y", "z"});
  Listener listener;
  FlowReporter reporter(none, naming.naming(), {&listener});
  meter_some(reporter);
  const double first = listener.last_confidence;
  meter_some(reporter);
  EXPECT_EQ(listener.last_confidence, first);
}

TEST(LineListener, WritesIntoItsOwnersText) {
  const FeatureList none;
  FlowWriterOptions options;
  options.mark_bursts = true;
  const auto writer = make_flow_writer(options);
  std::string text;
  LineListener lines(*writer, text);
  FlowReporter reporter(none, std::nullopt, {&lines});
  meter_some(reporter);
  EXPECT_EQ(text,
            "1.500000 192.168.12.100 203.0.113.5 40000 443 UDP 2 0 56 0 early\n"
            "2.000000 192.168.12.100 203.0.113.5 40000 443 UDP 3 0 84 0\n"
            "\n");
}

}  // namespace
}  // namespace flowtell
