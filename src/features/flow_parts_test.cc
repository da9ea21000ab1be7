// SPDX-License-Identifier: Apache-2.0
#include "features/flow_parts.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "support/flow_collector.h"
#include "support/packets.h"

namespace flowtell {
namespace {

using Indices = std::vector<std::size_t>;

CollectedFlow flow_of(const PacketSequence& story) {
  CollectedFlow flow = collect(story).flows.at(0);
  flow.packets = flow.records;
  return flow;
}

PacketSequence two_requests() {
  return packets()
      .syn()
      .syn_ack()
      .data(0)
      .data(517)
      .reply(1400)
      .data(0)
      .reply(900)
      .after(100ms)
      .data(80)
      .data(20)
      .reply(5);
}

TEST(FlowParts, FindsRequestsAfterTheFirst) {
  EXPECT_EQ(later_requests(flow_of(two_requests()).records, 9), Indices{7});
  const auto four = flow_of(
      packets().reply(9).data(1).reply(1).data(1).reply(1).data(1).data(1));
  EXPECT_EQ(later_requests(four.records, 9), (Indices{3, 5}));
  EXPECT_EQ(later_requests(four.records, 1), Indices{3});
}

TEST(FlowParts, FindsNoneAfterASingleRequest) {
  EXPECT_EQ(later_requests(flow_of(packets().data(5).data(6)).records, 9),
            Indices{});
  Random random(1);
  EXPECT_TRUE(
      draw_parts(flow_of(packets().syn().data(5).reply(6)), random).empty());
}

TEST(FlowParts, RecomputesTimesAndTallies) {
  const auto whole = flow_of(two_requests());
  const Flow late = cut_flow(whole, 7, 10);
  EXPECT_EQ(late.first, whole.last);
  EXPECT_EQ(late.last, whole.last);
  EXPECT_EQ(late.sent.packets, 2u);
  EXPECT_EQ(late.received.packets, 1u);
  EXPECT_EQ(late.sent.bytes, 80u + 20 + 2 * 40);
  EXPECT_EQ(late.device, whole.device);
}

TEST(FlowParts, AreThePrefixAndTheSuffix) {
  const auto whole = flow_of(two_requests());
  Random random(1);
  const auto parts = draw_parts(whole, random);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].packets.size(), 7u);
  EXPECT_EQ(parts[1].packets.size(), 3u);
  EXPECT_EQ(parts[0].sent.bytes + parts[1].sent.bytes, whole.sent.bytes);
  EXPECT_EQ(parts[0].received.packets + parts[1].received.packets,
            whole.received.packets);
}

// Each of the first three later requests is sometimes the cut, both for the
// prefix and for the suffix.
TEST(FlowParts, AreCutAtTheFirstThreeLaterRequests) {
  const auto whole = flow_of(packets()
                                 .data(1)
                                 .reply(1)
                                 .data(1)
                                 .reply(1)
                                 .data(1)
                                 .reply(1)
                                 .data(1)
                                 .reply(1)
                                 .data(1)
                                 .reply(1));
  Random random(1);
  std::set<std::size_t> ends;
  std::set<std::size_t> begins;
  std::set<std::pair<std::size_t, std::size_t>> both;
  for (int i = 0; i < 200; ++i) {
    const auto parts = draw_parts(whole, random);
    ASSERT_EQ(parts.size(), 2u);
    ends.insert(parts[0].packets.size());
    begins.insert(10 - parts[1].packets.size());
    both.emplace(parts[0].packets.size(), parts[1].packets.size());
  }
  EXPECT_EQ(ends, (std::set<std::size_t>{2, 4, 6}));
  EXPECT_EQ(begins, (std::set<std::size_t>{2, 4, 6}));
  EXPECT_EQ(both.size(), 9u) << "the two cuts are independent";
}

}  // namespace
}  // namespace flowtell
