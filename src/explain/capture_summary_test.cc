// SPDX-License-Identifier: Apache-2.0
#include "explain/capture_summary.h"

#include <gtest/gtest.h>

#include <array>

#include "explain/explanation.h"

namespace flowtell {
namespace {

// All kinds in use, without shape, name and time.
constexpr std::array<EvidenceKinds, 3> kWithoutOne = {
    {{false, true, true}, {true, false, true}, {true, true, false}}};

// A traced flow of one of three apps.
struct FlowCase {
  AppId best = 0;
  std::vector<double> own = {1.0 / 3, 1.0 / 3, 1.0 / 3};
  // The verdicts without shape, name and time.
  std::array<Verdict, 3> fewer = {
      {{0, 0.8, false}, {0, 0.8, false}, {0, 0.8, false}}};
  std::string server = "";
  bool is_unknown = false;
};

class CaptureSummaryTest : public testing::Test {
 protected:
  void add(const FlowCase& flow_case) {
    Flow flow{};
    flow.name.server = flow_case.server;
    const KeptFlow kept(flow);
    TracedFlow traced;
    traced.number = summary_.flows() + 1;
    traced.capture = &capture_;
    traced.flow = &kept;
    traced.verdict = {flow_case.best, 0.9, 0, flow_case.is_unknown};
    traced.own = flow_case.own;
    traced.fewer = flow_case.fewer;
    summary_.add(traced, kWithoutOne);
  }

  // "1 0.9, 4 0.8": the strong flows of an app, by number.
  std::string strong_flows(AppId app) const {
    std::string text;
    for (const StrongFlow& strong : summary_.apps()[app].strong_flows) {
      EXPECT_EQ(strong.app, app);
      EXPECT_EQ(strong.capture, "a.pcap");
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", strong.number,
                          strong.probability);
    }
    return text;
  }

  std::string capture_ = "a.pcap";
  CaptureSummary summary_{3, EvidenceKinds{}};
};

TEST_F(CaptureSummaryTest, CountsFlowsByTheirLikeliestApp) {
  add({.best = 1, .server = "x.example"});
  add({.best = 1, .is_unknown = true});
  add({.best = 2, .server = "y.example", .is_unknown = true});
  EXPECT_EQ(summary_.flows(), 3U);
  const auto& apps = summary_.apps();
  ASSERT_EQ(apps.size(), 3U);
  EXPECT_EQ(apps[0].flows, 0U);
  EXPECT_EQ(apps[1].flows, 2U);
  EXPECT_EQ(apps[1].unknown, 1U);
  EXPECT_EQ(apps[1].named_servers, 1U);
  EXPECT_EQ(apps[2].flows, 1U);
  EXPECT_EQ(apps[2].unknown, 1U);
  EXPECT_EQ(apps[2].named_servers, 1U);
}

TEST_F(CaptureSummaryTest, LeadsWithTheAppOfMostFlows) {
  EXPECT_EQ(summary_.top_app(), 0);
  add({.best = 2});
  add({.best = 1});
  EXPECT_EQ(summary_.top_app(), 1);
  add({.best = 2});
  EXPECT_EQ(summary_.top_app(), 2);
}

TEST_F(CaptureSummaryTest, CountsTheDecidingEvidence) {
  const auto& app = summary_.apps()[0];
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
  // Equal shares do not identify an app.
  add({.fewer = {{same, {0, 1.0 / 3, false}, same}}});
  EXPECT_EQ(counts(), (Counts{2, 2, 2, 1}));
  add({.fewer = {{same, {0, 0.34, false}, same}}});
  EXPECT_EQ(counts(), (Counts{2, 2, 2, 2}));
}

// With shape and time in use, names decide nothing; without shape there is no
// verdict to compare with.
TEST_F(CaptureSummaryTest, CountsOnlyKindsInUse) {
  summary_ = CaptureSummary(3, {true, false, true});
  EXPECT_EQ(summary_.kinds(), (EvidenceKinds{true, false, true}));
  constexpr std::array<EvidenceKinds, 1> kShapeLeft = {{{true, false, false}}};
  Flow flow{};
  const KeptFlow kept(flow);
  const std::vector<double> own = {1, 0, 0};
  const std::array<Verdict, 1> fewer = {{{2, 0.9, false}}};
  TracedFlow traced;
  traced.capture = &capture_;
  traced.flow = &kept;
  traced.own = own;
  traced.fewer = fewer;
  traced.verdict = {0, 0.9, 0, false};
  summary_.add(traced, kShapeLeft);
  const AppSummary& app = summary_.apps()[0];
  EXPECT_EQ(app.by_time, 1U);
  EXPECT_EQ(app.by_shape, 0U);
  EXPECT_EQ(app.by_name, 0U);
  EXPECT_EQ(app.in_any_case, 0U);
}

TEST_F(CaptureSummaryTest, KeepsTheFiveStrongestFlowsOfEachApp) {
  for (const double probability : {0.5, 0.9, 0.4, 0.6, 0.7, 0.45, 0.8}) {
    add({.best = 2, .own = {0, probability, 1 - probability - 0.01}});
  }
  // The flows of 0.4 and 0.45 are strong for app 2.
  EXPECT_EQ(strong_flows(0), "");
  EXPECT_EQ(strong_flows(1), "2 0.9, 7 0.8, 5 0.7, 4 0.6, 1 0.5");
  add({.own = {0, 0.55, 0.45}});
  EXPECT_EQ(strong_flows(1), "2 0.9, 7 0.8, 5 0.7, 4 0.6, 8 0.55");
  add({.own = {0, 0.54, 0.46}});
  add({.own = {0, 0.55, 0.45}});
  EXPECT_EQ(strong_flows(1), "2 0.9, 7 0.8, 5 0.7, 4 0.6, 8 0.55");
  EXPECT_EQ(summary_.apps()[1].strong_flows[0].verdict.best, 2);
}

TEST_F(CaptureSummaryTest, OmitsFlowsWithoutEvidence) {
  add({});
  add({.own = {0.334, 0.333, 0.333}});
  EXPECT_EQ(strong_flows(0), "2 0.334");
  EXPECT_EQ(strong_flows(1) + strong_flows(2), "");
}

TEST_F(CaptureSummaryTest, KeepsTheStrongestFlowOfEachServer) {
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

TEST(FirstTwo, AreTheTwoLikeliest) {
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
