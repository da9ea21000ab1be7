// SPDX-License-Identifier: Apache-2.0
//
// What must not change the robust features, and what must.
#include <gtest/gtest.h>

#include <map>

#include "measure/feature_list.h"
#include "support/series.h"

namespace flowtell {
namespace {

std::map<std::string, double> robust_of(const PacketStory& story) {
  const FeatureList list = *FeatureList::parse("robust");
  std::vector<double> values(list.width());
  list.measure(series_of(story), values);
  std::map<std::string, double> named;
  for (std::size_t i = 0; i < values.size(); ++i) {
    named[list.column_names()[i]] = values[i];
  }
  return named;
}

PacketStory a_page() {
  return packets().syn().syn_ack().data(0).data(517).reply(2900).data(100);
}

TEST(Robust, SumsEachMessageOverItsSegments) {
  const auto got = robust_of(
      packets().data(500).reply(1400).reply(1400).data(80).data(20).reply(5));
  EXPECT_EQ(got.at("message_out1"), 500);
  EXPECT_EQ(got.at("message_in1"), 2800);
  EXPECT_EQ(got.at("message_out2"), 100);
  EXPECT_EQ(got.at("message_in2"), 5);
  EXPECT_EQ(got.at("message_out3"), 0);
  EXPECT_EQ(got.at("head_out2"), 80);
  EXPECT_EQ(got.at("payloads_in"), 3);
  EXPECT_EQ(got.at("sizes_in"), 2);
}

TEST(Robust, LeavesBareAcknowledgementsAndTimeOut) {
  const auto with_acks = packets()
                             .syn()
                             .after(30ms)
                             .syn_ack()
                             .data(0)
                             .data(517)
                             .reply(0)
                             .after(70ms)
                             .reply(2900)
                             .data(0)
                             .data(0)
                             .data(100);
  EXPECT_EQ(robust_of(with_acks), robust_of(a_page()));
}

TEST(Robust, HasTheSameMessagesAndHeadsForSegmentsJoinedOrNot) {
  const auto joined = robust_of(packets().data(517).reply(2900).data(9));
  const auto cut =
      robust_of(packets().data(517).reply(1450).reply(1450).data(9));
  for (const auto& [name, value] : joined) {
    if (name.starts_with("message_") || name.starts_with("head_")) {
      EXPECT_EQ(cut.at(name), value) << name;
    }
  }
  EXPECT_EQ(joined.at("head_in1"), cut.at("head_in1"));
}

TEST(Robust, TellsWhetherTheConnectionBeganHere) {
  EXPECT_EQ(robust_of(packets().syn().data(1)).at("starts_syn"), 1);
  EXPECT_EQ(robust_of(packets().data(1).syn()).at("starts_syn"), 0);
  EXPECT_EQ(robust_of(packets().data(1).syn()).at("any_syn"), 1);
  EXPECT_EQ(robust_of(packets().udp().data(1)).at("any_syn"), 0);
}

TEST(Robust, OfNoPayloadIsZeroButForTheFlags) {
  for (const auto& [name, value] : robust_of(packets().data(0).reply(0))) {
    EXPECT_EQ(value, 0) << name;
  }
}

}  // namespace
}  // namespace flowtell
