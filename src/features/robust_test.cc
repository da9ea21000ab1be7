// SPDX-License-Identifier: Apache-2.0
//
// Changes that must and must not affect the robust features.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "features/feature_list.h"
#include "support/series.h"

namespace flowtell {
namespace {

std::map<std::string, double> robust_of(const PacketSequence& story) {
  const FeatureList list = *FeatureList::parse("robust");
  std::vector<double> values(list.width());
  list.measure(series_of(story), values);
  std::map<std::string, double> named;
  for (std::size_t i = 0; i < values.size(); ++i) {
    named[list.column_names()[i]] = values[i];
  }
  return named;
}

PacketSequence page_load() {
  return packets().syn().syn_ack().data(0).data(517).reply(2900).data(100);
}

TEST(Robust, SumsEachMessageOverItsSegments) {
  const auto actual = robust_of(
      packets().data(500).reply(1400).reply(1400).data(80).data(20).reply(5));
  EXPECT_EQ(actual.at("message_out1"), 500);
  EXPECT_EQ(actual.at("message_in1"), 2800);
  EXPECT_EQ(actual.at("message_out2"), 100);
  EXPECT_EQ(actual.at("message_in2"), 5);
  EXPECT_EQ(actual.at("message_out3"), 0);
  EXPECT_EQ(actual.at("head_out2"), 80);
  EXPECT_EQ(actual.at("payloads_in"), 3);
  EXPECT_EQ(actual.at("sizes_in"), 2);
}

TEST(Robust, IgnoresBareAcksAndTiming) {
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
  EXPECT_EQ(robust_of(with_acks), robust_of(page_load()));
}

TEST(Robust, MessagesAndHeadsIgnoreSegmentation) {
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

TEST(Robust, ReportsWhetherTheConnectionStartsHere) {
  EXPECT_EQ(robust_of(packets().syn().data(1)).at("starts_syn"), 1);
  EXPECT_EQ(robust_of(packets().data(1).syn()).at("starts_syn"), 0);
  EXPECT_EQ(robust_of(packets().data(1).syn()).at("any_syn"), 1);
  EXPECT_EQ(robust_of(packets().udp().data(1)).at("any_syn"), 0);
}

TEST(Robust, HasSeparateFinAndRstColumns) {
  const auto finished = robust_of(packets().data(1).fin());
  EXPECT_EQ(finished.at("any_fin"), 1);
  EXPECT_EQ(finished.at("any_rst"), 0);
  const auto reset = robust_of(packets().data(1).rst());
  EXPECT_EQ(reset.at("any_fin"), 0);
  EXPECT_EQ(reset.at("any_rst"), 1);
  const auto neither = robust_of(packets().syn().data(1));
  EXPECT_EQ(neither.at("any_fin"), 0);
  EXPECT_EQ(neither.at("any_rst"), 0);
}

// The payload of a SYN (TCP Fast Open) counts like any other payload.
TEST(Robust, CountsThePayloadOfASyn) {
  const auto actual =
      robust_of(packets().syn(100).syn_ack().data(50).reply(5).data(7));
  EXPECT_EQ(actual.at("starts_syn"), 1);
  EXPECT_EQ(actual.at("message_out1"), 150);
  EXPECT_EQ(actual.at("head_out1"), 100);
  EXPECT_EQ(actual.at("message_out2"), 7);
  EXPECT_EQ(actual.at("payloads_out"), 3);
  EXPECT_EQ(actual.at("sizes_out"), 3);
  EXPECT_EQ(actual.at("message_in1"), 5);
}

TEST(Robust, HasThreeMessagesAndFourHeadsEachWay) {
  const auto actual = robust_of(packets()
                                    .data(1)
                                    .reply(10)
                                    .data(2)
                                    .reply(20)
                                    .data(3)
                                    .reply(30)
                                    .data(4)
                                    .reply(40)
                                    .data(5)
                                    .reply(50));
  for (int i = 1; i <= 4; ++i) {
    const std::string number = std::to_string(i);
    EXPECT_EQ(actual.at("head_out" + number), i);
    EXPECT_EQ(actual.at("head_in" + number), 10 * i);
    if (i == 4) break;
    EXPECT_EQ(actual.at("message_out" + number), i);
    EXPECT_EQ(actual.at("message_in" + number), 10 * i);
  }
  EXPECT_EQ(actual.size(), 22u);
  EXPECT_EQ(actual.at("payloads_in"), 5);
  EXPECT_EQ(actual.at("payloads_out"), 5);
}

TEST(Robust, CutsHeadsAt1300Bytes) {
  EXPECT_EQ(robust_of(packets().data(1299)).at("head_out1"), 1299);
  EXPECT_EQ(robust_of(packets().data(1300)).at("head_out1"), 1300);
  EXPECT_EQ(robust_of(packets().data(1301)).at("head_out1"), 1300);
  EXPECT_EQ(robust_of(packets().data(1301)).at("message_out1"), 1301);
}

TEST(Robust, CountsEachPayloadLengthOnce) {
  const auto actual = robust_of(
      packets().data(9).data(5).data(9).data(7).data(5).reply(4).reply(4));
  EXPECT_EQ(actual.at("sizes_out"), 3);
  EXPECT_EQ(actual.at("payloads_out"), 5);
  EXPECT_EQ(actual.at("sizes_in"), 1);
  EXPECT_EQ(actual.at("payloads_in"), 2);
}

TEST(Robust, IsZeroWithoutPayload) {
  for (const auto& [name, value] : robust_of(packets().data(0).reply(0))) {
    EXPECT_EQ(value, 0) << name;
  }
}

}  // namespace
}  // namespace flowtell
