// SPDX-License-Identifier: Apache-2.0
#include "tool/site_adapter.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "model/model_file.h"
#include "support/site.h"
#include "support/temporary_folder.h"
#include "tool/options.h"

namespace flowtell {
namespace {

using std::chrono::hours;

class SiteAdapterTest : public testing::Test {
 protected:
  SiteAdapter adapter_to(const std::string& file, Duration every) const {
    auto process = AdapterProcess::start({.path = folder_ / file,
                                          .title = "wlan0",
                                          .verdicts = {},
                                          .keeps_privileges = false,
                                          .keeps_priority = true,
                                          .account = {}},
                                         classifier_.shared_model());
    EXPECT_TRUE(process) << process.error().message;
    return {{.every = every, .title = "wlan0", .waits = true},
            std::move(*process),
            classifier_};
  }

  // Adds the site's bursts, each later by `shift`.
  static void add_all(SiteAdapter& adapter, const Dataset& site,
                      Duration shift = {}) {
    std::vector<RecentFlow> flows;
    std::size_t begin = 0;
    for (std::size_t row = 0; row < site.rows(); ++row) {
      flows.push_back({site.facts[row], site.names[site.facts[row].name]});
      flows.back().facts.first += shift;
      flows.back().facts.last += shift;
      const bool is_last = row + 1 == site.rows() ||
                           site.facts[row + 1].burst != site.facts[row].burst;
      if (!is_last) continue;
      adapter.add_burst(flows, std::span(site.values)
                                   .subspan(begin * site.width,
                                            (row + 1 - begin) * site.width));
      EXPECT_TRUE(flows.empty());
      begin = row + 1;
    }
  }

  TemporaryFolder folder_;
  Classifier classifier_ = *Classifier::make(
      *train(training_site_of(1, 0), quick_site_training()), {}, {});
};

// The site's 45 sessions begin ten minutes apart: 7 h 20 min.
TEST_F(SiteAdapterTest, MakesCandidatesAtIntervalsOfPacketTime) {
  SiteAdapter adapter = adapter_to("a.candidate", hours(3));
  EXPECT_FALSE(adapter.last());
  add_all(adapter, site_of(2, 7));
  adapter.finish();
  const auto outcomes = adapter.take_results();
  ASSERT_EQ(outcomes.size(), 2U) << "after 3 and 6 hours";
  ASSERT_TRUE(outcomes[0] && outcomes[1]);
  EXPECT_LT(outcomes[0]->flows, outcomes[1]->flows);
  EXPECT_EQ(adapter.last()->flows, outcomes[1]->flows);
  EXPECT_TRUE(load_model(folder_ / "a.candidate"));
  EXPECT_TRUE(adapter.take_results().empty());
}

TEST_F(SiteAdapterTest, MakesTheSameCandidateOfTheSameFlows) {
  for (const char* file : {"b.candidate", "c.candidate"}) {
    SiteAdapter adapter = adapter_to(file, hours(7));
    add_all(adapter, site_of(2, 7));
    adapter.finish();
    EXPECT_EQ(adapter.take_results().size(), 1U);
  }
  EXPECT_EQ(*read_file(folder_ / "b.candidate"),
            *read_file(folder_ / "c.candidate"));
}

TEST_F(SiteAdapterTest, SaysWhyThereIsNoCandidate) {
  SiteAdapter adapter = adapter_to("d.candidate", hours(1));
  add_all(adapter, site_of(2, 7).select(std::vector<std::uint32_t>{0, 1, 2}));
  add_all(adapter, site_of(2, 7).select(std::vector<std::uint32_t>{0, 1, 2}),
          hours(2));
  adapter.finish();
  const auto outcomes = adapter.take_results();
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_FALSE(outcomes.front());
  EXPECT_FALSE(adapter.last());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "d.candidate"));
}

// Else they would be trained on twice.
TEST_F(SiteAdapterTest, ForgetsTheFlowsWhenTheModelIsReplaced) {
  SiteAdapter adapter = adapter_to("e.candidate", hours(100));
  add_all(adapter, site_of(2, 7));
  adapter.set_classifier(classifier_);
  const Dataset later = site_of(3, 7);
  add_all(adapter, later, hours(101));
  adapter.finish();
  const auto outcomes = adapter.take_results();
  ASSERT_EQ(outcomes.size(), 1U);
  ASSERT_FALSE(outcomes.front());
  EXPECT_NE(outcomes.front().error().message.find("the recent 2 flows"),
            std::string::npos)
      << outcomes.front().error().message;
}

TEST_F(SiteAdapterTest, SurvivesATimeFarAhead) {
  SiteAdapter adapter = adapter_to("f.candidate", hours(7));
  add_all(adapter, site_of(2, 7).select(std::vector<std::uint32_t>{0, 1}),
          hours(24 * 365 * 100));
  adapter.finish();
  EXPECT_TRUE(adapter.take_results().empty());
  add_all(adapter, site_of(2, 7));
  adapter.finish();
  EXPECT_EQ(adapter.take_results().size(), 1U);
}

TEST(ParseDuration, ReadsANumberAndAUnit) {
  using std::chrono::seconds;
  EXPECT_EQ(parse_duration("90s"), seconds(90));
  EXPECT_EQ(parse_duration("15m"), seconds(900));
  EXPECT_EQ(parse_duration("12h"), seconds(43'200));
  EXPECT_EQ(parse_duration("1.5d"), seconds(129'600));
  EXPECT_EQ(parse_duration("366d"), hours(24 * 366));
  for (const char* text :
       {"", "d", "1", "1 d", "-1d", "0s", "1w", "1dd", "nand", "infd", "1e300d",
        "367d", "1e-12s", "d1", " 1d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace flowtell
