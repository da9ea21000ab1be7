// SPDX-License-Identifier: Apache-2.0
#include "evaluate/open_set.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "support/samples.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

// Each app has its own server names. By shape, app d looks like c, and one flow
// in five looks like any of the apps.
Dataset four_apps() {
  Random random(1);
  std::vector<TestRow> rows;
  for (std::uint32_t capture = 0; capture < 32; ++capture) {
    const auto app = static_cast<AppId>(capture % 4);
    for (int flow = 0; flow < 4; ++flow) {
      const auto value = static_cast<float>(
          random.below(5) == 0 ? random.below(3) : std::min<AppId>(app, 2));
      rows.push_back(
          {{value, static_cast<float>(random.below(8))},
           app,
           capture,
           0,
           fmt::format("{}{}.com", static_cast<char>('a' + app), flow)});
    }
  }
  return table_of(rows, 4);
}

CrossValidationOptions small() {
  CrossValidationOptions options;
  options.folds = 4;
  options.forest.trees = 10;
  return options;
}

OpenSetScore score_of(const Dataset& data, EvidenceKinds kinds = {},
                      const UnknownRule& rule = {}) {
  return leave_apps_out(data, small(), kinds, rule, {});
}

double mean_of(const OpenSetScore& score, double OpenSetApp::*value) {
  double sum = 0;
  for (const OpenSetApp& app : score.apps) sum += app.*value;
  return sum / static_cast<double>(score.apps.size());
}

// The names of an app left out are never seen in training.
TEST(OpenSet, ReportsEachApp) {
  const OpenSetScore score = score_of(four_apps());
  ASSERT_EQ(score.apps.size(), 4u);
  double auroc = 0;
  double detection = 0;
  for (const OpenSetApp& app : score.apps) {
    EXPECT_EQ(app.flows, 32u);
    EXPECT_EQ(app.sessions, 8u);
    EXPECT_GT(app.by_flow.auroc, 0.95) << app.app;
    EXPECT_GT(app.by_session.auroc, 0.95) << app.app;
    for (const double share : app.by_flow.detection) EXPECT_GT(share, 0.9);
    EXPECT_GT(app.unknown, 0.9);
    EXPECT_LT(app.others_unknown, 0.15);
    EXPECT_GT(app.others_correct, 0.9);
    auroc += app.by_session.auroc / 4;
    detection += app.by_flow.detection[1] / 4;
  }
  EXPECT_EQ(score.apps[3].app, "d");
  EXPECT_NEAR(score.by_session.auroc, auroc, 1e-12);
  EXPECT_NEAR(score.by_flow.detection[1], detection, 1e-12);
  EXPECT_NEAR(score.unknown, mean_of(score, &OpenSetApp::unknown), 1e-12);
  EXPECT_NEAR(score.others_unknown, mean_of(score, &OpenSetApp::others_unknown),
              1e-12);
  EXPECT_NEAR(score.others_correct, mean_of(score, &OpenSetApp::others_correct),
              1e-12);
}

// Without names d cannot be separated from c.
TEST(OpenSet, IsLowIfAnotherAppLooksTheSame) {
  const OpenSetScore score = score_of(four_apps(), kShape);
  EXPECT_NEAR(score.apps[3].by_flow.auroc, 0.5, 0.15);
  EXPECT_LT(score.apps[3].by_flow.detection[2], 0.3);
}

TEST(OpenSet, FindsTheAppThatMustStay) {
  Dataset data = four_apps();
  for (CaptureRecord& capture : data.captures) {
    capture.group = capture.app == 3 ? "two" : "one";
  }
  CrossValidationOptions options = small();
  EXPECT_EQ(app_required_for_folds(data, options), std::nullopt);
  options.split = Split::kByGroup;
  EXPECT_EQ(app_required_for_folds(data, options), "d");
}

TEST(OpenSet, HasNoUnknownFlowsUnderNever) {
  const OpenSetScore score = score_of(four_apps(), {}, UnknownRule::never());
  EXPECT_EQ(score.unknown, 0);
  EXPECT_EQ(score.others_unknown, 0);
  EXPECT_EQ(score.by_flow.auroc, score_of(four_apps()).by_flow.auroc)
      << "the scores are the same";
}

TEST(OpenSet, ReportsItsProgressByApp) {
  std::vector<std::pair<std::size_t, std::size_t>> steps;
  leave_apps_out(
      four_apps(), small(), kShape, {},
      [&](std::string_view step, std::size_t done, std::size_t total) {
        EXPECT_EQ(step, "leaving apps out");
        steps.emplace_back(done, total);
      });
  using Steps = std::vector<std::pair<std::size_t, std::size_t>>;
  EXPECT_EQ(steps, (Steps{{0, 4}, {1, 4}, {2, 4}, {3, 4}}));
}

// By definition: of all pairs, those in which the unknown one scores higher;
// equal ones count half.
double auroc_by_pairs(const std::vector<double>& known,
                      const std::vector<double>& unknown) {
  double sum = 0;
  for (const double one : unknown) {
    for (const double other : known) {
      sum += one > other ? 1 : one == other ? 0.5 : 0;
    }
  }
  return sum / static_cast<double>(known.size() * unknown.size());
}

// By definition: the greatest share of unknown scores above any limit that at
// most this share of the known scores exceeds.
double detection_by_limits(const std::vector<double>& known,
                           const std::vector<double>& unknown, double rate) {
  const auto share_above = [](const std::vector<double>& scores, double limit) {
    return static_cast<double>(std::ranges::count_if(
               scores, [&](double score) { return score > limit; })) /
           static_cast<double>(scores.size());
  };
  double best = 0;
  for (const double limit : known) {
    if (share_above(known, limit) <= rate + 1e-12) {
      best = std::max(best, share_above(unknown, limit));
    }
  }
  return best;
}

TEST(Separate, MatchesTheDefinitions) {
  Random random(7);
  for (int i = 0; i < 200; ++i) {
    std::vector<double> known(1 + random.below(120));
    std::vector<double> unknown(1 + random.below(120));
    const std::uint32_t values = 1 + random.below(30);  // few: many ties
    for (double& score : known) score = random.below(values) / 40.0;
    for (double& score : unknown) {
      score = (random.below(values) + random.below(10)) / 40.0;
    }
    const Separation result = separate(known, unknown);
    EXPECT_NEAR(result.auroc, auroc_by_pairs(known, unknown), 1e-12);
    for (std::size_t at = 0; at < kFalseUnknownRates.size(); ++at) {
      EXPECT_EQ(
          result.detection[at],
          detection_by_limits(known, unknown, kFalseUnknownRates[at].share));
    }
  }
}

TEST(Separate, IsOneHalfForEqualScores) {
  const Separation result = separate({0.5, 0.5, 0.5}, {0.5, 0.5});
  EXPECT_EQ(result.auroc, 0.5);
  for (const double share : result.detection) EXPECT_EQ(share, 0);
}

// Of 100 known scores, 1, 5 and 10 may be above the limit.
TEST(Separate, DetectsAtEachRate) {
  std::vector<double> known;
  for (int i = 1; i <= 100; ++i) known.push_back(i / 100.0);
  const Separation result = separate(known, {0.895, 0.905, 0.955, 0.995, 1.5});
  EXPECT_EQ(result.detection[0], 0.4) << "above 0.99";
  EXPECT_EQ(result.detection[1], 0.6) << "above 0.95";
  EXPECT_EQ(result.detection[2], 0.8) << "above 0.90";
  EXPECT_EQ(separate({1, 2}, {1.5}).detection[2], 0)
      << "of two scores none may be above";
}

// Flows of one capture at these times.
Dataset flows_at(const std::vector<std::pair<Duration, Duration>>& times) {
  std::vector<TestRow> rows(times.size(), {{0}, 0, 0});
  Dataset data = table_of(rows, 1);
  for (std::size_t i = 0; i < times.size(); ++i) {
    data.facts[i].first = kTestStart + times[i].first;
    data.facts[i].last = kTestStart + times[i].second;
  }
  return data;
}

using Means = std::vector<double>;

TEST(SessionMeans, SplitSessionsAtAPauseOfAMinute) {
  EXPECT_EQ(session_means(flows_at({{0s, 1s}, {61s, 62s}}), {0.25, 0.75}),
            Means{0.5});
  EXPECT_EQ(session_means(flows_at({{0s, 1s}, {61s + 1ns, 62s}}), {0.25, 0.75}),
            (Means{0.25, 0.75}));
}

// A long flow bridges a pause of the others; the order of rows does not
// matter.
TEST(SessionMeans, FollowTheLastPacketOfAnyFlow) {
  const auto data =
      flows_at({{150s, 151s}, {0s, 100s}, {10s, 11s}, {250s, 251s}});
  EXPECT_EQ(session_means(data, {0.25, 0.5, 0.75, 1}), (Means{0.5, 1}));
}

TEST(SessionMeans, KeepDevicesAndCapturesApart) {
  Dataset data = table_of({{{0}, 0, 0}, {{0}, 0, 0}, {{0}, 0, 1}}, 1);
  EXPECT_EQ(session_means(data, {0.25, 0.75, 1}), (Means{0.5, 1}));
  data.facts[1].device = *Address::parse("10.0.0.1");
  Means means = session_means(data, {0.25, 0.75, 1});
  std::ranges::sort(means);
  EXPECT_EQ(means, (Means{0.25, 0.75, 1}));
}

}  // namespace
}  // namespace flowtell
