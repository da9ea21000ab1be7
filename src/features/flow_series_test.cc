// SPDX-License-Identifier: Apache-2.0
//
// FlowSeries holds the values of its flow and nothing from the previous flow.
#include "features/flow_series.h"

#include <gtest/gtest.h>

#include "support/flow_collector.h"
#include "support/packets.h"
#include "support/series.h"

namespace flowtell {
namespace {

// A flow with both directions and every TCP flag.
PacketSequence rich_story() {
  return packets()
      .syn()
      .syn_ack()
      .data(7)
      .after(250ms)
      .reply(9)
      .data(3)
      .reply(5)
      .fin()
      .rst();
}

void expect_equal(const FlowSeries& a, const FlowSeries& b) {
  EXPECT_EQ(a.lengths, b.lengths);
  EXPECT_EQ(a.payloads, b.payloads);
  EXPECT_EQ(a.directions, b.directions);
  EXPECT_EQ(a.payloads_sent, b.payloads_sent);
  EXPECT_EQ(a.payloads_received, b.payloads_received);
  EXPECT_EQ(a.gaps, b.gaps);
  EXPECT_EQ(a.starts_with_syn, b.starts_with_syn);
  EXPECT_EQ(a.any_syn, b.any_syn);
  EXPECT_EQ(a.any_fin, b.any_fin);
  EXPECT_EQ(a.any_rst, b.any_rst);
  EXPECT_EQ(a.sent.packets, b.sent.packets);
  EXPECT_EQ(a.sent.bytes, b.sent.bytes);
  EXPECT_EQ(a.received.packets, b.received.packets);
  EXPECT_EQ(a.received.bytes, b.received.bytes);
  EXPECT_EQ(a.protocol, b.protocol);
}

// The object is reused for flow after flow.
TEST(FlowSeries, KeepsNothingFromThePreviousFlow) {
  CollectedFlow rich = collect(rich_story()).flows.at(0);
  rich.packets = rich.records;
  CollectedFlow plain = collect(packets().udp().data(1)).flows.at(0);
  plain.packets = plain.records;
  FlowSeries series;
  series.assign(rich);
  series.assign(plain);
  expect_equal(series, series_of(plain));
  series.assign(rich);
  expect_equal(series, series_of(rich));
}

TEST(FlowSeries, SetsEachFlagIndependently) {
  const auto flags = [](const PacketSequence& story) {
    const FlowSeries series = series_of(story);
    return std::vector<bool>{series.starts_with_syn, series.any_syn,
                             series.any_fin, series.any_rst};
  };
  using Flags = std::vector<bool>;
  EXPECT_EQ(flags(packets().data(1)), (Flags{false, false, false, false}));
  EXPECT_EQ(flags(packets().syn().data(1)), (Flags{true, true, false, false}));
  EXPECT_EQ(flags(packets().data(1).syn()), (Flags{false, true, false, false}));
  EXPECT_EQ(flags(packets().data(1).fin().data(0)),
            (Flags{false, false, true, false}));
  EXPECT_EQ(flags(packets().data(1).rst().data(0)),
            (Flags{false, false, false, true}));
}

TEST(FlowSeries, SortsPayloadsByDirectionAndLength) {
  const FlowSeries series =
      series_of(packets().data(30).reply(8).data(10).data(0).reply(0).reply(5));
  EXPECT_EQ(series.payloads, (std::vector<double>{30, 8, 10, 0, 0, 5}));
  EXPECT_EQ(series.payloads_sent, (std::vector<double>{10, 30}));
  EXPECT_EQ(series.payloads_received, (std::vector<double>{5, 8}));
}

}  // namespace
}  // namespace flowtell
