// SPDX-License-Identifier: Apache-2.0
#include "learn/preset.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

constexpr FlowLimits kLimits{7, 260, true};

RowFacts flow(std::uint64_t packets, Protocol protocol = Protocol::kTcp) {
  RowFacts facts;
  facts.packets = packets;
  facts.protocol = protocol;
  return facts;
}

TEST(FlowLimits, AdmitFlowsWithinThem) {
  EXPECT_FALSE(kLimits.admit(flow(6)));
  EXPECT_TRUE(kLimits.admit(flow(7)));
  EXPECT_TRUE(kLimits.admit(flow(260)));
  EXPECT_FALSE(kLimits.admit(flow(261)));
  EXPECT_FALSE(kLimits.admit(flow(7, Protocol::kUdp)));
  EXPECT_TRUE((FlowLimits{7, 260, false}.admit(flow(7, Protocol::kUdp))));
  EXPECT_TRUE(FlowLimits{}.admit(flow(1, Protocol::kUdp)));
}

TEST(FlowLimits, SelectTheRowsWithinThem) {
  Dataset data = table_of({{{1}, 0, 0}, {{2}, 1, 1}, {{3}, 1, 1}}, 2);
  data.facts[0].packets = 3;
  data.facts[1].packets = 8;
  data.facts[2].packets = 900;
  const Dataset kept = within(kLimits, data);
  ASSERT_EQ(kept.rows(), 1U);
  EXPECT_EQ(kept.row(0)[0], 2);
  EXPECT_EQ(kept.labels[0], 1);
  EXPECT_EQ(kept.apps, data.apps);
}

TEST(FlowLimits, HaveAText) {
  EXPECT_EQ(limits_text(kLimits), "TCP flows of 7 to 260 packets");
  EXPECT_EQ(limits_text({2, 9, false}), "flows of 2 to 9 packets");
}

}  // namespace
}  // namespace flowtell
