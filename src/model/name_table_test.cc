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

// Captures of two apps, with the names met in each.
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
  // So many captures of one app.
  Names& captures(int count, AppId app, const std::vector<std::string>& names) {
    for (int i = 0; i < count; ++i) capture(app, names);
    return *this;
  }
  NameTable learn() const { return NameTable::learn(table_of(rows_, 2)); }

 private:
  std::vector<TestRow> rows_;
  std::uint32_t captures_ = 0;
};

Shares said(const NameTable& table, std::string_view name) {
  Shares shares(2, -1);
  table.score(name, shares);
  return shares;
}

TEST(FoldedName, FoldsNumbersAndCase) {
  EXPECT_EQ(folded_name("R4---sn-p5qlsn7s.Example"),
            "r#---sn-p#qlsn#s.example");
  EXPECT_EQ(folded_name("cdn012.example"), "cdn#.example");
  EXPECT_EQ(folded_name(""), "");
}

TEST(RegistrableDomain, IsWhatSomebodyRegistered) {
  EXPECT_EQ(registrable_domain("a.b.example.com"), "example.com");
  EXPECT_EQ(registrable_domain("a.b.co.uk"), "b.co.uk");
  EXPECT_EQ(registrable_domain("example.com"), "example.com");
}

TEST(RegistrableDomain, IsTheNameItselfWhereNobodyRegisteredOne) {
  EXPECT_EQ(registrable_domain("co.uk"), "co.uk");
  EXPECT_EQ(registrable_domain("router"), "router");
  EXPECT_EQ(registrable_domain(""), "");
}

TEST(RegistrableDomain, KnowsNoCase) {
  EXPECT_EQ(registrable_domain("A.B.CO.UK"), "b.co.uk");
  EXPECT_EQ(registrable_domain("wWw.ExamPLE.com"), "example.com");
}

TEST(NameTable, SaysNothingOfNamesItNeverMet) {
  const NameTable table =
      Names().capture(kChat, {"chat.example"}).capture(kVideo, {}).learn();
  EXPECT_EQ(said(table, "other.test"), (Shares{0.5, 0.5}));
  EXPECT_EQ(said(table, ""), (Shares{0.5, 0.5}));
  EXPECT_EQ(said(NameTable(), "chat.example"), (Shares{0.5, 0.5}));
}

// The domain, met in all of 20 captures' worth, moves (½, ½) to (20½, ½) / 21;
// the name, met as often, moves that once more.
TEST(NameTable, LetsTheDomainBeThePriorOfTheName) {
  const NameTable table =
      Names().capture(kChat, {"a.chat.com"}).capture(kVideo, {}).learn();
  const double of_domain = 20.5 / 21;
  EXPECT_NEAR(said(table, "b.chat.com")[kChat], of_domain, 1e-9);
  EXPECT_NEAR(said(table, "a.chat.com")[kChat], (20 + of_domain) / 21, 1e-9);
}

TEST(NameTable, TakesNamesThatDifferInNumbersForOne) {
  const NameTable table = Names()
                              .capture(kChat, {"a1.cdn.com"})
                              .capture(kVideo, {"b1.cdn.com"})
                              .learn();
  EXPECT_GT(said(table, "a22.cdn.com")[kChat], 0.9);
  EXPECT_GT(said(table, "B7.cdn.com")[kVideo], 0.9);
  EXPECT_NEAR(said(table, "c.cdn.com")[kChat], 0.5, 1e-9);
}

TEST(NameTable, LearnsNamesWhateverTheirCase) {
  const NameTable table =
      Names().capture(kChat, {"A.CHAT.Com"}).capture(kVideo, {}).learn();
  EXPECT_EQ(said(table, "a.chat.com"), said(table, "A.CHAT.Com"));
  EXPECT_GT(said(table, "other.chat.com")[kChat], 0.9);
}

TEST(NameTable, IsMovedLittleByWhatIsRare) {
  const NameTable table = Names()
                              .capture(kChat, {"once.com"})
                              .captures(99, kChat, {})
                              .captures(100, kVideo, {})
                              .learn();
  // One of a hundred captures counts as a fifth of one of twenty, beside one
  // capture's worth of prior; first of the domain, then of the name.
  EXPECT_EQ(table.counts().at("once.com")[kChat], 0.2F);
  const double of_domain = (0.2 + 0.5) / 1.2;
  EXPECT_NEAR(said(table, "other.once.com")[kChat], of_domain, 1e-6);
  EXPECT_NEAR(said(table, "once.com")[kChat], (0.2 + of_domain) / 1.2, 1e-6);
}

// A thousand flows of one capture say what one flow says.
TEST(NameTable, CountsCapturesNotFlows) {
  const auto learn = [](std::size_t flows) {
    return Names()
        .capture(kChat, std::vector<std::string>(flows, "ads.com"))
        .captures(9, kChat, {})
        .captures(5, kVideo, {"ads.com"})
        .captures(5, kVideo, {})
        .learn();
  };
  EXPECT_EQ(learn(1).counts(), learn(1000).counts());
  EXPECT_GT(said(learn(1000), "ads.com")[kVideo], 0.7);
}

// Both apps meet the name in half of their captures, but one was recorded a
// hundred times as often.
TEST(NameTable, CountsSharesOfAnAppsCaptures) {
  const NameTable table = Names()
                              .captures(2, kChat, {"cdn.com"})
                              .captures(2, kChat, {})
                              .captures(200, kVideo, {"cdn.com"})
                              .captures(200, kVideo, {})
                              .learn();
  EXPECT_NEAR(said(table, "cdn.com")[kChat], 0.5, 1e-6);
}

TEST(NameTable, SaysProbabilities) {
  const NameTable table = Names()
                              .capture(kChat, {"a.x.com", "b.x.com", "y"})
                              .capture(kChat, {"a.x.com"})
                              .capture(kVideo, {"b.x.com", "co.uk"})
                              .learn();
  for (const auto* name : {"", "a.x.com", "b.x.com", "x.com", "y", "co.uk"}) {
    const Shares shares = said(table, name);
    EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1, 1e-12);
    for (const double share : shares) EXPECT_GT(share, 0) << name;
  }
}

}  // namespace
}  // namespace flowtell
