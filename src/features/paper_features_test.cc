// SPDX-License-Identifier: Apache-2.0
//
// The feature sets of the papers: the values of one flow as the reference
// implementation computes them, and the edge cases of the definitions.
#include <gtest/gtest.h>

#include <map>

#include "features/feature_list.h"
#include "support/series.h"

namespace flowtell {
namespace {

using NamedValues = std::map<std::string, double>;

NamedValues measured(std::string_view set, const PacketSequence& story) {
  const FeatureList list = *FeatureList::parse(set);
  std::vector<double> values(list.width());
  list.measure(series_of(story), values);
  NamedValues named;
  for (std::size_t i = 0; i < values.size(); ++i) {
    named[list.column_names()[i]] = values[i];
  }
  return named;
}

PacketSequence short_page() {
  return packets()
      .data(20)
      .after(20ms)
      .reply(12)
      .after(1ms)
      .data(0)
      .after(9ms)
      .data(600)
      .after(50ms)
      .reply(1460)
      .reply(1460)
      .after(15ms)
      .data(0);
}

void expect_near(const NamedValues& actual, const NamedValues& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, value] : expected) {
    ASSERT_TRUE(actual.contains(name)) << name;
    EXPECT_NEAR(actual.at(name), value, 1e-9 * (1 + std::abs(value))) << name;
  }
}

// Computed by shared/reference/reference.py from these packets.
const NamedValues kClassicOfShortPage = {
    {"byte_ratio", 0.25557011795543905},
    {"packet_ratio", 0.75},
    {"length_mean", 547.4285714285714},
    {"length_std", 685.7304759993431},
    {"length_kurtosis", -1.3326021322705102},
    {"length_skew", 0.687139082930489},
    {"gap_mean", 0.015833333333333335},
    {"gap_kurtosis", 0.05515193550420827},
    {"gap_skew", 1.129592995819754},
    {"length_min", 40},
    {"length_max", 1500},
    {"gap_min", 0},
    {"gap_max", 0.05},
    {"is_tcp", 1},
};

const NamedValues kAppscannerOfShortPage = {
    {"in_min", -1500},
    {"in_max", -52},
    {"in_mean", -1017.3333333333334},
    {"in_mad", 643.5555555555555},
    {"in_std", 836.0031897865781},
    {"in_var", 698901.3333333333},
    {"in_skew", 1.7320508075688772},
    {"in_kurtosis", 0},
    {"in_p10", -1500},
    {"in_p20", -1500},
    {"in_p30", -1500},
    {"in_p40", -1500},
    {"in_p50", -1500},
    {"in_p60", -1210.4},
    {"in_p70", -920.8000000000002},
    {"in_p80", -631.1999999999998},
    {"in_p90", -341.5999999999999},
    {"in_count", 3},
    {"out_min", 40},
    {"out_max", 640},
    {"out_mean", 195},
    {"out_mad", 222.5},
    {"out_std", 296.8164415931166},
    {"out_var", 88100},
    {"out_skew", 1.9939938875501713},
    {"out_kurtosis", 3.9793857202307255},
    {"out_p10", 40},
    {"out_p20", 40},
    {"out_p30", 40},
    {"out_p40", 44},
    {"out_p50", 50},
    {"out_p60", 56},
    {"out_p70", 117.9999999999998},
    {"out_p80", 292.0000000000002},
    {"out_p90", 466.0000000000001},
    {"out_count", 4},
    {"both_min", -1500},
    {"both_max", 640},
    {"both_mean", -324.57142857142856},
    {"both_mad", 671.6734693877551},
    {"both_std", 834.8330885358376},
    {"both_var", 696946.2857142858},
    {"both_skew", -0.8728620844483592},
    {"both_kurtosis", -0.8401305559081683},
    {"both_p10", -1500},
    {"both_p20", -1210.3999999999996},
    {"both_p30", -341.60000000000025},
    {"both_p40", -15.199999999999967},
    {"both_p50", 40},
    {"both_p60", 40},
    {"both_p70", 43.999999999999986},
    {"both_p80", 56.000000000000014},
    {"both_p90", 292.0000000000002},
    {"both_count", 7},
};

TEST(Classic14, MatchesTheReference) {
  expect_near(measured("classic14", short_page()), kClassicOfShortPage);
}

TEST(Appscanner54, MatchesTheReference) {
  expect_near(measured("appscanner54", short_page()), kAppscannerOfShortPage);
}

TEST(Classic14, IsZeroExceptLengthsForOnePacket) {
  const NamedValues actual = measured("classic14", packets().udp().data(72));
  for (const auto& [name, value] : actual) {
    const bool is_length =
        name == "length_mean" || name == "length_min" || name == "length_max";
    EXPECT_EQ(value, is_length ? 100 : 0) << name;
  }
}

TEST(Classic14, HasZeroRatiosForOneDirection) {
  const NamedValues actual =
      measured("classic14", packets().data(1).after(5ms).data(2));
  EXPECT_EQ(actual.at("byte_ratio"), 0);
  EXPECT_EQ(actual.at("packet_ratio"), 0);
  EXPECT_EQ(actual.at("length_std"), 0) << "defined as 0 below 3 packets";
}

TEST(Classic14, RatiosIgnoreWhichDirectionIsHeavier) {
  const NamedValues up = measured("classic14", packets().data(999).reply(1));
  const NamedValues down = measured("classic14", packets().data(1).reply(999));
  EXPECT_EQ(up.at("byte_ratio"), down.at("byte_ratio"));
  EXPECT_GT(up.at("byte_ratio"), 0);
  EXPECT_LT(up.at("byte_ratio"), 1);
}

TEST(Classic14, HasNoVarianceForEqualTimesAndLengths) {
  const NamedValues actual =
      measured("classic14", packets().data(7).data(7).reply(7).reply(7));
  for (const char* name : {"length_std", "length_kurtosis", "length_skew",
                           "gap_mean", "gap_kurtosis", "gap_skew", "gap_max"}) {
    EXPECT_EQ(actual.at(name), 0) << name;
  }
  EXPECT_EQ(actual.at("byte_ratio"), 1);
}

TEST(Appscanner54, IsZeroForAnEmptySeries) {
  for (const auto& [name, value] :
       measured("appscanner54", packets().data(1).data(2).data(3))) {
    if (name.starts_with("in_")) {
      EXPECT_EQ(value, 0) << name;
    }
    if (name.starts_with("out_m")) {
      EXPECT_NE(value, 0) << name;
    }
  }
}

TEST(Appscanner54, CountsReceivedLengthsAsNegative) {
  const NamedValues actual =
      measured("appscanner54", packets().data(60).reply(60));
  EXPECT_EQ(actual.at("in_mean"), -100);
  EXPECT_EQ(actual.at("out_mean"), 100);
  EXPECT_EQ(actual.at("both_mean"), 0);
}

}  // namespace
}  // namespace flowtell
