// SPDX-License-Identifier: Apache-2.0
#include "learn/candidate.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/model_file.h"
#include "support/site.h"

namespace flowtell {
namespace {

class CandidateTest : public testing::Test {
 protected:
  Model model_ = *train(training_site_of(1, 0), quick_site_training());
};

TEST_F(CandidateTest, IsTrainedOnTheSurestSessions) {
  const Dataset recent = site_of(2, 7);
  const auto candidate = make_candidate(model_, recent, {});
  ASSERT_TRUE(candidate) << candidate.error().message;
  const CandidateSummary& summary = candidate->summary;
  EXPECT_EQ(summary.flows, 360U);
  EXPECT_EQ(summary.made, recent.facts.back().last);
  ASSERT_EQ(summary.apps.size(), 3U);
  for (const AppSessions& app : summary.apps) EXPECT_EQ(app.sessions, 8U);
  EXPECT_EQ(summary.sessions(), 24U);
  const auto& captures = candidate->model.captures;
  EXPECT_EQ(captures.size(), 45U + 24U);
  EXPECT_EQ(captures.back().origin, CaptureOrigin::kSiteSession);
  EXPECT_EQ(captures.back().path, "wlan0");
}

// The site's shapes are new to the model, and known to the candidate.
TEST_F(CandidateTest, TellsWhatWouldChange) {
  const auto candidate =
      make_candidate(model_, site_of(2, 7), {{}, *UnknownRule::parse("never")});
  const auto same =
      make_candidate(model_, site_of(3, 0), {{}, *UnknownRule::parse("never")});
  ASSERT_TRUE(candidate && same);
  const CandidateSummary& summary = candidate->summary;
  std::uint64_t sum = 0;
  for (const VerdictChange& change : summary.changes) {
    EXPECT_NE(change.from, change.to);
    sum += change.flows;
  }
  EXPECT_GT(summary.changed, 0U);
  EXPECT_LE(sum, summary.changed);
  EXPECT_LE(summary.changes.size(), CandidateSummary::kMaxChanges);
  EXPECT_TRUE(std::ranges::is_sorted(summary.changes, std::greater<>(),
                                     &VerdictChange::flows));
  EXPECT_DOUBLE_EQ(summary.changed_share(),
                   static_cast<double>(summary.changed) / 360);
  EXPECT_LT(same->summary.changed, summary.changed);
}

TEST_F(CandidateTest, IsTheSameForTheSameFlows) {
  const auto once = make_candidate(model_, site_of(2, 7), {});
  const auto again = make_candidate(model_, site_of(2, 7), {});
  ASSERT_TRUE(once && again);
  EXPECT_EQ(*encode_model(once->model), *encode_model(again->model));
}

TEST_F(CandidateTest, NeedsTenSureSessions) {
  const Dataset site = site_of(2, 7);
  const auto first_sessions = [&](std::uint32_t count) {
    std::vector<std::uint32_t> rows(count * 8);
    for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
    return make_candidate(model_, site.select(rows), {});
  };
  const auto few = first_sessions(15);  // the surest half of each app: 9
  ASSERT_FALSE(few);
  EXPECT_EQ(few.error().message,
            "the recent 120 flows have 9 sessions whose server names speak for "
            "one app, of 10 needed");
  EXPECT_TRUE(first_sessions(19));
  Dataset nameless = site;
  for (RowFacts& facts : nameless.facts) facts.name = 0;
  EXPECT_FALSE(make_candidate(model_, nameless, {}));
}

}  // namespace
}  // namespace flowtell
