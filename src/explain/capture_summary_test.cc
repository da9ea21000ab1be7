// SPDX-License-Identifier: Apache-2.0
#include "explain/capture_summary.h"

#include <gtest/gtest.h>

#include <array>

#include "explain/explanation.h"

namespace flowtell {
namespace {

// All kinds in use, and what is left without shape, name and time.
constexpr std::array<EvidenceKinds, 3> kWithoutOne = {
    {{false, true, true}, {true, false, true}, {true, true, false}}};

// A flow as it is told, of three apps.
struct Told {
  AppId best = 0;
  std::vector<double> own = {1.0 / 3, 1.0 / 3, 1.0 / 3};
  // The likeliest app without shape, name and time, and how likely.
  std::array<Verdict, 3> fewer = {
      {{0, 0.8, false}, {0, 0.8, false}, {0, 0.8, false}}};
  std::string server = "";
  bool is_unknown = false;
};

class CaptureAccountTest : public testing::Test {
 protected:
  void add(const Told& reported) {
    Flow flow{};
    flow.name.server = reported.server;
    const KeptFlow kept(flow);
    TracedFlow judged;
    judged.number = account_.flows() + 1;
    judged.capture = &capture_;
    judged.flow = &kept;
    judged.verdict = {reported.best, 0.9, reported.is_unknown};
    judged.own = reported.own;
    judged.fewer = reported.fewer;
    account_.add(judged, kWithoutOne);
  }

  // "1 0.9, 4 0.8": the flows that speak for an app, by their numbers.
  std::string strong_flows(AppId app) const {
    std::string text;
    for (const StrongFlow& speaker : account_.apps()[app].strong_flows) {
      EXPECT_EQ(speaker.app, app);
      EXPECT_EQ(speaker.capture, "a.pcap");
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", speaker.number,
                          speaker.probability);
    }
    return text;
  }

  std::string capture_ = "a.pcap";
  CaptureSummary account_{3, EvidenceKinds{}};
};

TEST_F(CaptureAccountTest, CountsFlowsByTheirLikeliestApp) {
  add({.best = 1, .server = "x.example"});
  add({.best = 1, .is_unknown = true});
  add({.best = 2, .server = "y.example", .is_unknown = true});
  EXPECT_EQ(account_.flows(), 3U);
  const auto& apps = account_.apps();
  ASSERT_EQ(apps.size(), 3U);
  EXPECT_EQ(apps[0].flows, 0U);
  EXPECT_EQ(apps[1].flows, 2U);
  EXPECT_EQ(apps[1].unknown, 1U);
  EXPECT_EQ(apps[1].named_servers, 1U);
  EXPECT_EQ(apps[2].flows, 1U);
  EXPECT_EQ(apps[2].unknown, 1U);
  EXPECT_EQ(apps[2].named_servers, 1U);
}

TEST_F(CaptureAccountTest, LeadsWithTheAppOfMostFlowsTheFirstOfEquals) {
  EXPECT_EQ(account_.leading(), 0);
  add({.best = 2});
  add({.best = 1});
  EXPECT_EQ(account_.leading(), 1);
  add({.best = 2});
  EXPECT_EQ(account_.leading(), 2);
}

TEST_F(CaptureAccountTest, CountsWhatDecided) {
  const auto& app = account_.apps()[0];
  const auto counts = [&] {
    return std::array<std::size_t, 4>{app.by_shape, app.by_name, app.by_time,
                                      app.in_any_case};
  };
  using Counts = std::array<std::size_t, 4>;
  const Verdict same{0, 0.8, false};
  const Verdict other{1, 0.8, false};
  add({.fewer = {{other, same, same}}});
  EXPECT_EQ(counts(), (Counts{1, 0, 0, 0}));
  add({.fewer = {{same, other, same}}});
  EXPECT_EQ(counts(), (Counts{1, 1, 0, 0}));
  add({.fewer = {{same, same, other}}});
  EXPECT_EQ(counts(), (Counts{1, 1, 1, 0}));
  add({.fewer = {{same, same, same}}});
  EXPECT_EQ(counts(), (Counts{1, 1, 1, 1}));
  add({.fewer = {{other, same, other}}});
  EXPECT_EQ(counts(), (Counts{2, 1, 2, 1}));
  // An app that is likeliest because all are alike is not known.
  add({.fewer = {{same, {0, 1.0 / 3, false}, same}}});
  EXPECT_EQ(counts(), (Counts{2, 2, 2, 1}));
  add({.fewer = {{same, {0, 0.34, false}, same}}});
  EXPECT_EQ(counts(), (Counts{2, 2, 2, 2}));
}

// Of shape and time in use, a name decides nothing, and without shape there is
// nothing to compare with.
TEST_F(CaptureAccountTest, CountsKindsInUseAlone) {
  account_ = CaptureSummary(3, {true, false, true});
  EXPECT_EQ(account_.kinds(), (EvidenceKinds{true, false, true}));
  constexpr std::array<EvidenceKinds, 1> kShapeLeft = {{{true, false, false}}};
  Flow flow{};
  const KeptFlow kept(flow);
  const std::vector<double> own = {1, 0, 0};
  const std::array<Verdict, 1> fewer = {{{2, 0.9, false}}};
  TracedFlow judged;
  judged.capture = &capture_;
  judged.flow = &kept;
  judged.own = own;
  judged.fewer = fewer;
  judged.verdict = {0, 0.9, false};
  account_.add(judged, kShapeLeft);
  const AppSummary& app = account_.apps()[0];
  EXPECT_EQ(app.by_time, 1U);
  EXPECT_EQ(app.by_shape, 0U);
  EXPECT_EQ(app.by_name, 0U);
  EXPECT_EQ(app.in_any_case, 0U);
}

TEST_F(CaptureAccountTest, TellsTheFiveLoudestOfEachApp) {
  for (const double loud : {0.5, 0.9, 0.4, 0.6, 0.7, 0.45, 0.8}) {
    add({.best = 2, .own = {0, loud, 1 - loud - 0.01}});
  }
  // Those of 0.4 and 0.45 speak for app 2.
  EXPECT_EQ(strong_flows(0), "");
  EXPECT_EQ(strong_flows(1), "2 0.9, 7 0.8, 5 0.7, 4 0.6, 1 0.5");
  add({.own = {0, 0.55, 0.45}});
  EXPECT_EQ(strong_flows(1), "2 0.9, 7 0.8, 5 0.7, 4 0.6, 8 0.55");
  add({.own = {0, 0.54, 0.46}});
  add({.own = {0, 0.55, 0.45}});
  EXPECT_EQ(strong_flows(1), "2 0.9, 7 0.8, 5 0.7, 4 0.6, 8 0.55");
  EXPECT_EQ(account_.apps()[1].strong_flows[0].verdict.best, 2);
}

TEST_F(CaptureAccountTest, TellsNoFlowThatSpeaksForNoApp) {
  add({});
  add({.own = {0.334, 0.333, 0.333}});
  EXPECT_EQ(strong_flows(0), "2 0.334");
  EXPECT_EQ(strong_flows(1) + strong_flows(2), "");
}

TEST_F(CaptureAccountTest, LetsTheLoudestSpeakForItsServer) {
  add({.own = {0.6, 0.4, 0}, .server = "x.example"});
  add({.own = {0.5, 0.5, 0}, .server = "x.example"});
  add({.own = {0.6, 0.4, 0}, .server = "x.example"});
  add({.own = {0.55, 0.45, 0}, .server = "y.example"});
  EXPECT_EQ(strong_flows(0), "1 0.6, 4 0.55");
  add({.own = {0.7, 0.3, 0}, .server = "x.example"});
  EXPECT_EQ(strong_flows(0), "5 0.7, 4 0.55");
  add({.own = {0.8, 0.2, 0}});
  add({.own = {0.8, 0.2, 0}});
  EXPECT_EQ(strong_flows(0), "6 0.8, 7 0.8, 5 0.7, 4 0.55");
}

TEST(FirstTwo, AreTheLikeliestAndTheNext) {
  using Two = std::pair<AppId, AppId>;
  const auto two = [](const std::vector<double>& probabilities) {
    return first_two(probabilities);
  };
  EXPECT_EQ(two({0.2, 0.5, 0.3}), (Two{1, 2}));
  EXPECT_EQ(two({0.3, 0.2, 0.5}), (Two{2, 0}));
  EXPECT_EQ(two({0.5, 0.2, 0.3}), (Two{0, 2}));
  EXPECT_EQ(two({0.4, 0.4, 0.2}), (Two{0, 1}));
  EXPECT_EQ(two({0.2, 0.6, 0.2}), (Two{1, 0}));
  EXPECT_EQ(two({1}), (Two{0, 0}));
}

}  // namespace
}  // namespace flowtell
