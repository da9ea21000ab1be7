// SPDX-License-Identifier: Apache-2.0
#include "model/name_table.h"

#include <gtest/gtest.h>

#include <numeric>

#include "support/samples.h"

namespace flowtell {
namespace {

using Shares = std::vector<double>;

constexpr AppId kChat = 0;
constexpr AppId kVideo = 1;

// Captures of two apps, with the server names in each.
class Names {
 public:
  Names& capture(AppId app, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      rows_.push_back({{0}, app, captures_, 0, name});
    }
    if (names.empty()) rows_.push_back({{0}, app, captures_, 0, ""});
    ++captures_;
    return *this;
  }
  // Adds `count` captures of one app.
  Names& captures(int count, AppId app, const std::vector<std::string>& names) {
    for (int i = 0; i < count; ++i) capture(app, names);
    return *this;
  }
  NameTable train() const { return NameTable::train(table_of(rows_, 2)); }

 private:
  std::vector<TestRow> rows_;
  std::uint32_t captures_ = 0;
};

Shares score(const NameTable& table, std::string_view name) {
  Shares shares(2, -1);
  table.score(name, shares);
  return shares;
}

TEST(FoldedName, FoldsNumbersAndCase) {
  EXPECT_EQ(folded_name("R4---sn-p5qlsn7s.Video.Example"),
            "r#---sn-p#qlsn#s.video.example");
  EXPECT_EQ(folded_name("cdn012.video.co.uk"), "cdn#.video.co.uk");
  EXPECT_EQ(folded_name(""), "");
}

TEST(FoldedName, KeepsTheRegistrableDomain) {
  EXPECT_EQ(folded_name("M.163.com"), "m.163.com");
  EXPECT_EQ(folded_name("cdn7.58.com"), "cdn#.58.com");
  EXPECT_EQ(folded_name("img1.4399.com.cn"), "img#.4399.com.cn");
  EXPECT_EQ(folded_name("360.com"), "360.com");
  // A folded name folds to itself, as explanations look folded names up.
  EXPECT_EQ(folded_name("cdn#.58.com"), "cdn#.58.com");
}

TEST(FoldedName, KeepsNamesWithoutARegistrableDomain) {
  EXPECT_EQ(folded_name("Router7"), "router7");
  EXPECT_EQ(folded_name("192.168.1.10"), "192.168.1.10");
  EXPECT_EQ(folded_name("co.uk"), "co.uk");
}

TEST(RegistrableDomain, IsTheRegisteredDomain) {
  EXPECT_EQ(registrable_domain("a.b.example.com"), "example.com");
  EXPECT_EQ(registrable_domain("a.b.co.uk"), "b.co.uk");
  EXPECT_EQ(registrable_domain("example.com"), "example.com");
}

TEST(RegistrableDomain, IsTheNameItselfWithoutARegisteredDomain) {
  EXPECT_EQ(registrable_domain("co.uk"), "co.uk");
  EXPECT_EQ(registrable_domain("router"), "router");
  EXPECT_EQ(registrable_domain("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(registrable_domain(""), "");
}

TEST(RegistrableDomain, IgnoresCase) {
  EXPECT_EQ(registrable_domain("A.B.CO.UK"), "b.co.uk");
  EXPECT_EQ(registrable_domain("wWw.ExamPLE.com"), "example.com");
}

TEST(NameTable, IsNeutralForUnseenNames) {
  const NameTable table =
      Names().capture(kChat, {"chat.example"}).capture(kVideo, {}).train();
  EXPECT_EQ(score(table, "other.test"), (Shares{0.5, 0.5}));
  EXPECT_EQ(score(table, ""), (Shares{0.5, 0.5}));
  EXPECT_EQ(score(NameTable(), "chat.example"), (Shares{0.5, 0.5}));
}

// The domain, seen in captures worth 20, moves (½, ½) to (20½, ½) / 21; the
// name moves that once more.
TEST(NameTable, UsesTheDomainAsPriorOfTheName) {
  const NameTable table =
      Names().capture(kChat, {"a.chat.com"}).capture(kVideo, {}).train();
  const double of_domain = 20.5 / 21;
  EXPECT_NEAR(score(table, "b.chat.com")[kChat], of_domain, 1e-9);
  EXPECT_NEAR(score(table, "a.chat.com")[kChat], (20 + of_domain) / 21, 1e-9);
}

TEST(NameTable, FoldsNamesThatDifferInNumbers) {
  const NameTable table = Names()
                              .capture(kChat, {"a1.cdn.com"})
                              .capture(kVideo, {"b1.cdn.com"})
                              .train();
  EXPECT_GT(score(table, "a22.cdn.com")[kChat], 0.9);
  EXPECT_GT(score(table, "B7.cdn.com")[kVideo], 0.9);
  EXPECT_NEAR(score(table, "c.cdn.com")[kChat], 0.5, 1e-9);
}

TEST(NameTable, SeparatesDomainsThatDifferInNumbers) {
  const NameTable table = Names()
                              .capture(kChat, {"m.163.com"})
                              .capture(kVideo, {"m.58.com"})
                              .train();
  EXPECT_GT(score(table, "m.163.com")[kChat], 0.9);
  EXPECT_GT(score(table, "m.58.com")[kVideo], 0.9);
  EXPECT_NEAR(score(table, "m.360.com")[kChat], 0.5, 1e-9);
}

TEST(NameTable, IgnoresCaseInTraining) {
  const NameTable table =
      Names().capture(kChat, {"A.CHAT.Com"}).capture(kVideo, {}).train();
  EXPECT_EQ(score(table, "a.chat.com"), score(table, "A.CHAT.Com"));
  EXPECT_GT(score(table, "other.chat.com")[kChat], 0.9);
}

TEST(NameTable, GivesRareNamesLittleWeight) {
  const NameTable table = Names()
                              .capture(kChat, {"once.com"})
                              .captures(99, kChat, {})
                              .captures(100, kVideo, {})
                              .train();
  // One of 100 captures counts as 0.2 of 20, against a prior of one capture;
  // first for the domain, then for the name.
  EXPECT_EQ(table.counts().at("once.com")[kChat], 0.2F);
  const double of_domain = (0.2 + 0.5) / 1.2;
  EXPECT_NEAR(score(table, "other.once.com")[kChat], of_domain, 1e-6);
  EXPECT_NEAR(score(table, "once.com")[kChat], (0.2 + of_domain) / 1.2, 1e-6);
}

// A capture's thousand flows count as one.
TEST(NameTable, CountsCapturesNotFlows) {
  const auto train = [](std::size_t flows) {
    return Names()
        .capture(kChat, std::vector<std::string>(flows, "ads.com"))
        .captures(9, kChat, {})
        .captures(5, kVideo, {"ads.com"})
        .captures(5, kVideo, {})
        .train();
  };
  EXPECT_EQ(train(1).counts(), train(1000).counts());
  EXPECT_GT(score(train(1000), "ads.com")[kVideo], 0.7);
}

// Both apps have the name in half of their captures, but one was recorded a
// hundred times as often.
TEST(NameTable, CountsSharesOfAnAppsCaptures) {
  const NameTable table = Names()
                              .captures(2, kChat, {"cdn.com"})
                              .captures(2, kChat, {})
                              .captures(200, kVideo, {"cdn.com"})
                              .captures(200, kVideo, {})
                              .train();
  EXPECT_NEAR(score(table, "cdn.com")[kChat], 0.5, 1e-6);
}

NameMatch match(const NameTable& table, std::string_view name) {
  Shares shares(2);
  return table.score(name, shares);
}

TEST(NameTable, ReportsHowANameMatches) {
  const NameTable table =
      Names().capture(kChat, {"a1.chat.com"}).capture(kVideo, {}).train();
  EXPECT_EQ(match(table, ""), NameMatch::kNoName);
  EXPECT_EQ(match(table, "A22.chat.com"), NameMatch::kName);
  EXPECT_EQ(match(table, "b.chat.com"), NameMatch::kDomain);
  EXPECT_EQ(match(table, "chat.com"), NameMatch::kDomain);
  EXPECT_EQ(match(table, "chat.net"), NameMatch::kNever);
}

// A name that no app has in a tenth of its captures is rare, whatever the
// number of captures of its domain.
TEST(NameTable, ReportsRareNames) {
  const auto match_of = [](int captures_without) {
    return match(Names()
                     .capture(kChat, {"a.x.com"})
                     .captures(captures_without, kChat, {"b.x.com"})
                     .captures(captures_without + 1, kVideo, {"b.x.com"})
                     .train(),
                 "a.x.com");
  };
  EXPECT_EQ(match_of(9), NameMatch::kName) << "a tenth of the captures";
  EXPECT_EQ(match_of(10), NameMatch::kRare) << "an eleventh of them";
  const auto counted = [](float chat, float video) {
    return match(NameTable::of({{"a.x.com", {chat, video}}}), "a.x.com");
  };
  EXPECT_EQ(counted(2, 0), NameMatch::kName);
  EXPECT_EQ(counted(1.99F, 0), NameMatch::kRare);
  EXPECT_EQ(counted(1.99F, 1.99F), NameMatch::kRare)
      << "shares are not added up";
  EXPECT_EQ(counted(0.25F, 20), NameMatch::kName);
  EXPECT_EQ(counted(0, 0), NameMatch::kNever);
}

// A domain from a single capture of many is a domain that was seen.
TEST(NameTable, ReportsNoRareDomains) {
  const NameTable table = NameTable::of({{".x.com", {0.125F, 0}}});
  EXPECT_EQ(match(table, "a.x.com"), NameMatch::kDomain);
}

TEST(NameTable, GivesProbabilities) {
  const NameTable table = Names()
                              .capture(kChat, {"a.x.com", "b.x.com", "y"})
                              .capture(kChat, {"a.x.com"})
                              .capture(kVideo, {"b.x.com", "co.uk"})
                              .train();
  for (const auto* name : {"", "a.x.com", "b.x.com", "x.com", "y", "co.uk"}) {
    const Shares shares = score(table, name);
    EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1, 1e-12);
    for (const double share : shares) EXPECT_GT(share, 0) << name;
  }
}

}  // namespace
}  // namespace flowtell
