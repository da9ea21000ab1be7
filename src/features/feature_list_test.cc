// SPDX-License-Identifier: Apache-2.0
//
// Invariants of every feature set, and selection of sets by name.
#include "features/feature_list.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "support/series.h"

namespace flowtell {
namespace {

constexpr double kUnset = -987654.25;

std::vector<double> measured(const FeatureSet& set, const FlowSeries& series) {
  std::vector<double> values(set.columns.size(), kUnset);
  set.measure(series, values);
  return values;
}

std::vector<FlowSeries> edge_flows() {
  PacketSequence long_flow;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    i % 7 < 3 ? long_flow.data(i % 1400) : long_flow.reply(i * 31 % 1400);
    long_flow.after(i % 900 * 1ms);
  }
  return {
      series_of(packets().data(0)),
      series_of(packets().reply(0)),
      series_of(packets().udp().data(1)),
      series_of(packets().data(1).data(1)),
      series_of(packets().reply(1).reply(2).reply(3).reply(4)),
      series_of(packets().data(5).data(5).data(5).data(5).data(5)),
      series_of(packets().data(1).after(1ns).reply(1).after(1ns).data(1)),
      series_of(packets().data(1).after(1s).reply(kMaxFrameSize)),
      series_of(packets().data(0).data(0).data(0).data(0).data(1'000'000)),
      series_of(long_flow),
  };
}

TEST(FeatureSets, FillEveryColumnWithAFiniteNumber) {
  for (const FeatureSet& set : feature_sets()) {
    for (const FlowSeries& series : edge_flows()) {
      const std::vector<double> values = measured(set, series);
      for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_TRUE(std::isfinite(values[i])) << set.columns[i].name;
        EXPECT_NE(values[i], kUnset) << set.columns[i].name;
      }
    }
  }
}

TEST(FeatureSets, DependOnlyOnTheFlow) {
  for (const FeatureSet& set : feature_sets()) {
    for (const FlowSeries& series : edge_flows()) {
      const std::vector<double> first = measured(set, series);
      measured(set, edge_flows().back());
      EXPECT_EQ(measured(set, series), first) << set.name;
    }
  }
}

TEST(FeatureSets, IgnoreAddressesPortsAndAbsoluteTime) {
  const FlowSeries one = series_of(packets().data(10).after(5ms).reply(900));
  const FlowSeries other = series_of(packets()
                                         .after(1000h)
                                         .near("10.9.8.7", 50123)
                                         .far("2001:db8::99", 8443)
                                         .data(10)
                                         .after(5ms)
                                         .reply(900));
  for (const FeatureSet& set : feature_sets()) {
    EXPECT_EQ(measured(set, one), measured(set, other)) << set.name;
  }
}

TEST(FeatureSets, HaveUniqueDocumentedColumns) {
  std::set<std::string> sets;
  std::set<std::string> columns;
  for (const FeatureSet& set : feature_sets()) {
    EXPECT_TRUE(sets.emplace(set.name).second) << set.name;
    EXPECT_FALSE(set.purpose.empty()) << set.name;
    EXPECT_GE(set.version, 1u);
    EXPECT_FALSE(set.columns.empty());
    for (const FeatureColumn& column : set.columns) {
      EXPECT_TRUE(columns.insert(column.name).second) << column.name;
      EXPECT_FALSE(column.meaning.empty()) << column.name;
      EXPECT_EQ(column.name.find_first_of(", \"\n"), std::string::npos);
    }
  }
}

// Another version makes all models in use unusable.
TEST(FeatureSets, HaveTheVersionsOfModelsInUse) {
  EXPECT_EQ(classic14().version, 1u);
  EXPECT_EQ(appscanner54().version, 1u);
  EXPECT_EQ(robust().version, 1u);
}

TEST(FeatureSets, HaveTheColumnCountsOfTheirPapers) {
  EXPECT_EQ(classic14().columns.size(), 14u);
  EXPECT_EQ(appscanner54().columns.size(), 54u);
}

TEST(FeatureList, ConcatenatesSetsInTheGivenOrder) {
  const auto list = FeatureList::parse("appscanner54,classic14");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->set_names(),
            (std::vector<std::string>{"appscanner54", "classic14"}));
  ASSERT_EQ(list->width(), 68u);
  EXPECT_EQ(list->column_names().size(), 68u);
  EXPECT_EQ(list->column_names()[54], classic14().columns[0].name);

  const FlowSeries series = edge_flows().back();
  std::vector<double> row(list->width());
  list->measure(series, row);
  std::vector<double> expected = measured(appscanner54(), series);
  const std::vector<double> second = measured(classic14(), series);
  expected.insert(expected.end(), second.begin(), second.end());
  EXPECT_EQ(row, expected);
}

TEST(FeatureList, ParsesEverySetAndTheDefault) {
  for (const FeatureSet& set : feature_sets()) {
    EXPECT_TRUE(FeatureList::parse(set.name)) << set.name;
  }
  EXPECT_TRUE(FeatureList::parse(FeatureList::kDefault));
}

TEST(FeatureList, CanBeEmpty) {
  const auto none = FeatureList::parse("");
  ASSERT_TRUE(none);
  EXPECT_EQ(none->width(), 0u);
  none->measure(edge_flows().front(), {});
}

TEST(FeatureList, RejectsUnknownSetsAndListsTheKnown) {
  for (const char* names :
       {"classic15", "classic14,", "classic14, robust", "Classic14"}) {
    const auto list = FeatureList::parse(names);
    ASSERT_FALSE(list) << names;
    EXPECT_EQ(list.error().kind, ErrorKind::kUsage);
    for (const FeatureSet& set : feature_sets()) {
      EXPECT_NE(list.error().message.find(set.name), std::string::npos);
    }
  }
}

TEST(FeatureList, RejectsDuplicateSets) {
  const auto list = FeatureList::parse("classic14,classic14");
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(list.error().message, "feature set 'classic14' is named twice");
}

TEST(FeatureList, IdentityDependsOnSetsAndOrder) {
  std::set<std::string> identities;
  for (const char* names : {"", "classic14", "appscanner54", "robust",
                            "classic14,robust", "robust,classic14"}) {
    const FeatureList list = *FeatureList::parse(names);
    EXPECT_TRUE(identities.insert(list.identity()).second) << names;
    EXPECT_EQ(list.identity(), FeatureList::parse(names)->identity());
  }
}

// Adding, removing, renaming or moving a column changes the identity, as does a
// new version.
TEST(FeatureList, IdentityNamesEachColumnAndVersion) {
  std::string expected;
  for (const FeatureSet& set : {classic14(), robust()}) {
    expected += fmt::format("{}/{}:", set.name, set.version);
    for (const FeatureColumn& column : set.columns)
      expected += column.name + ' ';
  }
  EXPECT_EQ(FeatureList::parse("classic14,robust")->identity(), expected);
  EXPECT_TRUE(expected.starts_with("classic14/1:byte_ratio packet_ratio "));
}

TEST(FlowSeries, HasOneGapFewerThanPackets) {
  FlowSeries series = series_of(packets().data(7).after(250ms).reply(8));
  EXPECT_EQ(series.lengths, (std::vector<double>{47, 48}));
  EXPECT_EQ(series.payloads, (std::vector<double>{7, 8}));
  EXPECT_EQ(series.directions,
            (std::vector{Direction::kSent, Direction::kReceived}));
  EXPECT_EQ(series.gaps, std::vector<double>{0.25});
  EXPECT_EQ(series.sent.bytes, 47u);
  EXPECT_EQ(series.received.packets, 1u);
}

}  // namespace
}  // namespace flowtell
