// SPDX-License-Identifier: Apache-2.0
#include "learn/ambiguity.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

// Flows of one capture to one server, with how many are named right and wrong.
struct ServerFlows {
  std::uint32_t capture;
  AppId app;
  std::string server;
  int right;
  int wrong;
};

struct HeldOutRows {
  Dataset data;
  Probabilities held_out;
};

// Three apps; flows named wrong get the next app.
HeldOutRows rows_of(const std::vector<ServerFlows>& all) {
  std::vector<TestRow> rows;
  std::vector<AppId> named;
  for (const ServerFlows& of : all) {
    for (int i = 0; i < of.right + of.wrong; ++i) {
      rows.push_back({{0}, of.app, of.capture, 0, of.server});
      const int off = i < of.right ? 0 : 1;
      named.push_back(static_cast<AppId>((of.app + off) % 3));
    }
  }
  HeldOutRows result{table_of(rows, 3), Probabilities(3, rows.size())};
  for (std::size_t i = 0; i < named.size(); ++i) {
    result.held_out.row(i)[named[i]] = 1;
  }
  return result;
}

AmbiguityTable::Groups found(const std::vector<ServerFlows>& all) {
  const HeldOutRows rows = rows_of(all);
  return find_ambiguity(rows.data, rows.held_out).groups();
}

TEST(Ambiguity, IsFoundWhereVerdictsAreGuesses) {
  const auto groups = found({{0, 0, "ads1.net.example", 1, 1},
                             {1, 0, "ads2.net.example", 1, 1},
                             {2, 2, "ads3.net.example", 0, 1},
                             {3, 2, "ads4.net.example", 1, 0}});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups.begin()->first, "ads#.net.example");
  EXPECT_EQ(groups.begin()->second, (AmbiguousGroup{{0, 2}, 6, 0.5}));
}

TEST(Ambiguity, IsNotFoundWhereVerdictsAreRight) {
  EXPECT_TRUE(found({{0, 0, "x.example", 3, 0},
                     {1, 0, "x.example", 3, 0},
                     {2, 1, "x.example", 3, 0},
                     {3, 1, "x.example", 3, 0}})
                  .empty());
}

TEST(Ambiguity, NeedsASignificantShareRightToBeExcluded) {
  // 4 of 5 captures right: 80 %, significantly more than a half.
  std::vector<ServerFlows> few = {{0, 0, "x.example", 0, 1},
                                  {1, 0, "x.example", 1, 0},
                                  {2, 0, "x.example", 1, 0},
                                  {3, 1, "x.example", 1, 0},
                                  {4, 1, "x.example", 1, 0}};
  EXPECT_TRUE(found(few).empty());
  few[1].right = 0;
  few[1].wrong = 1;
  EXPECT_EQ(found(few).size(), 1U) << "3 of 5 is not significant";
  // 60 % of a hundred captures are significant.
  std::vector<ServerFlows> many;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const int right = i % 5 < 3 ? 1 : 0;
    many.push_back(
        {i, static_cast<AppId>(i / 50), "x.example", right, 1 - right});
  }
  EXPECT_TRUE(found(many).empty());
}

TEST(Ambiguity, NeedsTwoAppsInTwoCapturesEach) {
  EXPECT_TRUE(found({{0, 0, "x.example", 0, 5},
                     {1, 0, "x.example", 0, 5},
                     {2, 0, "x.example", 0, 5}})
                  .empty())
      << "wrong, but only one app";
  EXPECT_TRUE(found({{0, 0, "x.example", 0, 5},
                     {1, 0, "x.example", 0, 5},
                     {2, 1, "x.example", 0, 5}})
                  .empty())
      << "the other app's flow may be stray";
}

TEST(Ambiguity, IncludesGroupsRightExactlyHalfTheTime) {
  std::vector<ServerFlows> all;
  for (std::uint32_t i = 0; i < 4; ++i) {
    all.push_back({i, static_cast<AppId>(i / 2), "x.example", 1, 1});
  }
  EXPECT_EQ(found(all).size(), 1U);
  for (ServerFlows& of : all) ++of.right;
  EXPECT_TRUE(found(all).empty()) << "two of three in every capture";
}

// Repeated flows in one capture do not add weight.
TEST(Ambiguity, CountsCapturesNotFlows) {
  EXPECT_EQ(found({{0, 0, "x.example", 500, 0},
                   {1, 0, "x.example", 0, 1},
                   {2, 1, "x.example", 0, 1},
                   {3, 1, "x.example", 0, 1}})
                .size(),
            1U);
}

// App 0 uses the server in all of its 4 captures and is named right; app 1 uses
// it in a tenth of its 40 captures and is named wrong.
TEST(Ambiguity, WeightsAppsEqually) {
  std::vector<ServerFlows> all;
  for (std::uint32_t i = 0; i < 4; ++i) {
    all.push_back({i, 0, "x.example", 1, 0});
  }
  for (std::uint32_t i = 4; i < 44; ++i) {
    all.push_back({i, 1, i < 8 ? "x.example" : "own.example", i < 8 ? 0 : 1,
                   i < 8 ? 1 : 0});
  }
  EXPECT_TRUE(found(all).empty());
}

TEST(Ambiguity, NeedsTwoServersForADomainGroup) {
  const auto names = [](const std::string& other) {
    std::vector<std::string> keys;
    for (const auto& entry : found({{0, 0, "x.shop.example", 0, 1},
                                    {1, 0, "x.shop.example", 0, 1},
                                    {2, 1, other, 0, 1},
                                    {3, 1, other, 0, 1}})) {
      keys.push_back(entry.first);
    }
    return keys;
  };
  EXPECT_EQ(names("x.shop.example"),
            (std::vector<std::string>{"x.shop.example"}));
  EXPECT_EQ(names("y.shop.example"),
            (std::vector<std::string>{".shop.example"}))
      << "each server has one app, the domain has both";
}

TEST(Ambiguity, GroupsFlowsWithoutNamesByService) {
  HeldOutRows rows = rows_of(
      {{0, 0, "", 0, 1}, {1, 0, "", 0, 1}, {2, 1, "", 0, 1}, {3, 1, "", 0, 1}});
  for (RowFacts& facts : rows.data.facts) {
    facts.protocol = Protocol::kUdp;
    facts.remote_port = 53;
  }
  const auto groups = find_ambiguity(rows.data, rows.held_out).groups();
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups.begin()->first, "UDP 53");
}

// Values identify the app of flows to own servers, but not of flows to the
// shared server. Six captures per app.
Dataset with_shared_server() {
  std::vector<TestRow> rows;
  for (std::uint32_t capture = 0; capture < 12; ++capture) {
    const auto app = static_cast<AppId>(capture % 2);
    for (int i = 0; i < 6; ++i) {
      rows.push_back({{10}, app, capture, 0, "ads.example"});
      rows.push_back({{app == 0 ? 20.F : 30.F}, app, capture, 0, ""});
    }
  }
  return table_of(rows, 2);
}

CrossValidationOptions three_folds() {
  CrossValidationOptions options;
  options.folds = 3;
  options.forest.trees = 10;
  return options;
}

TEST(Ambiguity, IsLearnedFromHeldOutRows) {
  const Dataset data = with_shared_server();
  const auto table =
      learn_ambiguity(data, score_folds(data, three_folds()), EvidenceKinds{});
  ASSERT_EQ(table.groups().size(), 1U);
  EXPECT_EQ(table.groups().begin()->first, "ads.example");
  EXPECT_EQ(table.groups().begin()->second.flows, 72U);
}

TEST(Ambiguity, CannotBeLearnedFromOneCapture) {
  const Dataset one = table_of({{{1}, 0, 0}, {{2}, 0, 0}}, 2);
  EXPECT_TRUE(
      learn_ambiguity(one, score_folds(one, three_folds()), EvidenceKinds{})
          .groups()
          .empty());
}

TEST(Ambiguity, MarksRowsByCrossValidationAndOnATestSet) {
  const Dataset data = with_shared_server();
  const auto cross_validated =
      mark_ambiguous_cross_validated(data, three_folds(), EvidenceKinds{});
  const auto on_test_set =
      mark_ambiguous_test_set(data, data, three_folds(), EvidenceKinds{});
  EXPECT_EQ(cross_validated.keys, std::vector<std::string>{"ads.example"});
  EXPECT_EQ(on_test_set.keys, cross_validated.keys);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const bool is_shared = data.facts[row].name != 0;
    EXPECT_EQ(cross_validated.rows[row], is_shared) << row;
    EXPECT_EQ(on_test_set.rows[row], is_shared) << row;
  }
}

TEST(Ambiguity, MarksRowsWithoutReportingProgress) {
  CrossValidationOptions options = three_folds();
  options.forest.progress = [](std::size_t, std::size_t) { ADD_FAILURE(); };
  const Dataset data = with_shared_server();
  mark_ambiguous_cross_validated(data, options, EvidenceKinds{});
  mark_ambiguous_test_set(data, data, options, EvidenceKinds{});
}

// In one fold the shared server has another name, which does not occur in the
// other folds.
TEST(Ambiguity, DoesNotLearnFromTheFoldItMarks) {
  Dataset data = with_shared_server();
  const auto folds = assign_folds(data, three_folds());
  data.names.emplace_back("other.example");
  for (std::size_t row = 0; row < data.rows(); ++row) {
    if (folds[row] == 1 && data.facts[row].name != 0) {
      data.facts[row].name = static_cast<std::uint32_t>(data.names.size() - 1);
    }
  }
  const auto cross_validated =
      mark_ambiguous_cross_validated(data, three_folds(), EvidenceKinds{});
  const auto all =
      mark_ambiguous_test_set(data, data, three_folds(), EvidenceKinds{});
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const bool is_shared = data.facts[row].name != 0;
    EXPECT_EQ(cross_validated.rows[row], is_shared && folds[row] != 1) << row;
    EXPECT_EQ(all.rows[row], is_shared) << row;
  }
}

}  // namespace
}  // namespace flowtell
