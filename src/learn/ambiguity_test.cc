// SPDX-License-Identifier: Apache-2.0
#include "learn/ambiguity.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

// Flows of one capture to one server, so many of them judged rightly.
struct Met {
  std::uint32_t capture;
  AppId app;
  std::string server;
  int right;
  int wrong;
};

struct Classification {
  Dataset data;
  Probabilities held_out;
};

// Of three apps; what is judged wrongly is called the next app.
Classification judged(const std::vector<Met>& all) {
  std::vector<TestRow> rows;
  std::vector<AppId> named;
  for (const Met& met : all) {
    for (int i = 0; i < met.right + met.wrong; ++i) {
      rows.push_back({{0}, met.app, met.capture, 0, met.server});
      const int off = i < met.right ? 0 : 1;
      named.push_back(static_cast<AppId>((met.app + off) % 3));
    }
  }
  Classification result{table_of(rows, 3), Probabilities(3, rows.size())};
  for (std::size_t i = 0; i < named.size(); ++i) {
    result.held_out.row(i)[named[i]] = 1;
  }
  return result;
}

AmbiguityTable::Groups found(const std::vector<Met>& all) {
  const Classification rows = judged(all);
  return find_ambiguity(rows.data, rows.held_out).groups();
}

TEST(Ambiguity, IsFoundWhereVerdictsAreAGuess) {
  const auto groups = found({{0, 0, "ads1.example", 1, 1},
                             {1, 0, "ads2.example", 1, 1},
                             {2, 2, "ads3.example", 0, 1},
                             {3, 2, "ads4.example", 1, 0}});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups.begin()->first, "ads#.example");
  EXPECT_EQ(groups.begin()->second, (AmbiguousGroup{{0, 2}, 6, 0.5}));
}

TEST(Ambiguity, IsNoneWhereVerdictsAreRight) {
  EXPECT_TRUE(found({{0, 0, "x.example", 3, 0},
                     {1, 0, "x.example", 3, 0},
                     {2, 1, "x.example", 3, 0},
                     {3, 1, "x.example", 3, 0}})
                  .empty());
}

TEST(Ambiguity, IsBeyondChanceOrNone) {
  // 4 of 5 captures right: 80 %, but not surely more than a half.
  std::vector<Met> few = {{0, 0, "x.example", 0, 1},
                          {1, 0, "x.example", 1, 0},
                          {2, 0, "x.example", 1, 0},
                          {3, 1, "x.example", 1, 0},
                          {4, 1, "x.example", 1, 0}};
  EXPECT_TRUE(found(few).empty());
  few[1].right = 0;
  few[1].wrong = 1;
  EXPECT_EQ(found(few).size(), 1U) << "3 of 5 may be chance";
  // 60 % of a hundred captures are more than chance.
  std::vector<Met> many;
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
      << "wrong, but of one app";
  EXPECT_TRUE(found({{0, 0, "x.example", 0, 5},
                     {1, 0, "x.example", 0, 5},
                     {2, 1, "x.example", 0, 5}})
                  .empty())
      << "the other app's may be a stray";
}

TEST(Ambiguity, IsInWhatIsRightExactlyHalfTheTime) {
  std::vector<Met> all;
  for (std::uint32_t i = 0; i < 4; ++i) {
    all.push_back({i, static_cast<AppId>(i / 2), "x.example", 1, 1});
  }
  EXPECT_EQ(found(all).size(), 1U);
  for (Met& met : all) ++met.right;
  EXPECT_TRUE(found(all).empty()) << "two of three in every capture";
}

// A capture that repeats a flow a hundred times is one capture.
TEST(Ambiguity, CountsCapturesNotFlows) {
  EXPECT_EQ(found({{0, 0, "x.example", 500, 0},
                   {1, 0, "x.example", 0, 1},
                   {2, 1, "x.example", 0, 1},
                   {3, 1, "x.example", 0, 1}})
                .size(),
            1U);
}

// App 0 goes there in each of its many captures and is told; app 1 goes there
// in a tenth of its own and is not. Who names app 0 is mostly right.
TEST(Ambiguity, LetsAppsCountAlike) {
  std::vector<Met> all;
  for (std::uint32_t i = 0; i < 4; ++i) {
    all.push_back({i, 0, "x.example", 1, 0});
  }
  for (std::uint32_t i = 4; i < 44; ++i) {
    all.push_back({i, 1, i < 8 ? "x.example" : "own.example", i < 8 ? 0 : 1,
                   i < 8 ? 1 : 0});
  }
  EXPECT_TRUE(found(all).empty());
}

TEST(Ambiguity, SaysNothingOfADomainForOneServer) {
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
      << "each server is of one app, the domain is of both";
}

TEST(Ambiguity, GroupsFlowsWithoutNamesByService) {
  Classification rows = judged(
      {{0, 0, "", 0, 1}, {1, 0, "", 0, 1}, {2, 1, "", 0, 1}, {3, 1, "", 0, 1}});
  for (RowFacts& facts : rows.data.facts) {
    facts.protocol = Protocol::kUdp;
    facts.remote_port = 53;
  }
  const auto groups = find_ambiguity(rows.data, rows.held_out).groups();
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups.begin()->first, "UDP 53");
}

// Flows to own servers tell their app by their values, those to the shared one
// do not. Six captures an app.
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

TEST(Ambiguity, IsLearnedFromWhatIsHeldOut) {
  const auto table =
      learn_ambiguity(with_shared_server(), three_folds(), EvidenceKinds{});
  ASSERT_EQ(table.groups().size(), 1U);
  EXPECT_EQ(table.groups().begin()->first, "ads.example");
  EXPECT_EQ(table.groups().begin()->second.flows, 72U);
}

TEST(Ambiguity, CannotBeLearnedFromOneCapture) {
  const Dataset one = table_of({{{1}, 0, 0}, {{2}, 0, 0}}, 2);
  EXPECT_TRUE(
      learn_ambiguity(one, three_folds(), EvidenceKinds{}).groups().empty());
}

TEST(Ambiguity, IsMarkedByOtherFoldsAndOthers) {
  const Dataset data = with_shared_server();
  const auto crossed =
      mark_ambiguous_cross_validated(data, three_folds(), EvidenceKinds{});
  const auto others =
      mark_ambiguous_others(data, data, three_folds(), EvidenceKinds{});
  EXPECT_EQ(crossed.keys, std::vector<std::string>{"ads.example"});
  EXPECT_EQ(others.keys, crossed.keys);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const bool is_shared = data.facts[row].name != 0;
    EXPECT_EQ(crossed.rows[row], is_shared) << row;
    EXPECT_EQ(others.rows[row], is_shared) << row;
  }
}

TEST(Ambiguity, IsMarkedWithoutAWordOfProgress) {
  CrossValidationOptions options = three_folds();
  options.forest.progress = [](std::size_t, std::size_t) { ADD_FAILURE(); };
  const Dataset data = with_shared_server();
  mark_ambiguous_cross_validated(data, options, EvidenceKinds{});
  mark_ambiguous_others(data, data, options, EvidenceKinds{});
}

// The shared server has another name in one fold: who learns from the others
// never met it.
TEST(Ambiguity, LearnsNothingFromTheFoldItMarks) {
  Dataset data = with_shared_server();
  const auto folds = assign_folds(data, three_folds());
  data.names.emplace_back("other.example");
  for (std::size_t row = 0; row < data.rows(); ++row) {
    if (folds[row] == 1 && data.facts[row].name != 0) {
      data.facts[row].name = static_cast<std::uint32_t>(data.names.size() - 1);
    }
  }
  const auto crossed =
      mark_ambiguous_cross_validated(data, three_folds(), EvidenceKinds{});
  const auto all =
      mark_ambiguous_others(data, data, three_folds(), EvidenceKinds{});
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const bool is_shared = data.facts[row].name != 0;
    EXPECT_EQ(crossed.rows[row], is_shared && folds[row] != 1) << row;
    EXPECT_EQ(all.rows[row], is_shared) << row;
  }
}

}  // namespace
}  // namespace flowtell
