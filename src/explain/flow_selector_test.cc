// SPDX-License-Identifier: Apache-2.0
#include "explain/flow_selector.h"

#include <gtest/gtest.h>

#include "flow/flow_ids.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

Flow selectable_flow() {
  Flow flow{};
  flow.first = kTestStart;
  flow.device = flow.device_address = test_address("192.168.12.100");
  flow.remote = test_address("203.0.113.5");
  flow.device_port = 40000;
  flow.remote_port = 443;
  flow.protocol = Protocol::kTcp;
  return flow;
}

// Whether the text selects the flow, which is the seventh.
bool selects(std::string_view text) {
  const auto selector = FlowSelector::parse(text);
  EXPECT_TRUE(selector) << text;
  return selector && selector->matches(7, selectable_flow());
}

TEST(FlowSelector, TakesNumbersAndIds) {
  EXPECT_TRUE(selects("7"));
  EXPECT_FALSE(selects("8"));
  EXPECT_TRUE(selects(flow_id(selectable_flow())));
  EXPECT_FALSE(selects("00000000000000000000"));
  EXPECT_TRUE(selects("1:dlPMGi4HZEP+gdPC56WilCOoSdQ="));
  EXPECT_FALSE(selects("1:LQU9qZlK+B5F3KDmev6m5PMibrg="));
}

TEST(FlowSelector, TakesFiltersOfWireshark) {
  EXPECT_TRUE(selects("ip.addr==192.168.12.100"));
  EXPECT_TRUE(selects("ip.addr == 203.0.113.5 && tcp.port == 443"));
  EXPECT_TRUE(selects("tcp"));
  EXPECT_TRUE(selects(
      "(ip.addr eq 192.168.12.100 and ip.addr eq 203.0.113.5) and (tcp.port eq "
      "40000 and tcp.port eq 443)"))
      << "as its conversation filter";
  EXPECT_TRUE(
      selects("ip.src==203.0.113.5&&ip.dst==192.168.12.100&&tcp.srcport==443"));
  EXPECT_FALSE(selects("ip.addr==192.168.12.101"));
  EXPECT_FALSE(selects("ip.addr==203.0.113.5 && udp.port==443"));
  EXPECT_FALSE(selects("ip.addr==203.0.113.5 && tcp.port==80"));
  EXPECT_FALSE(selects("ipv6.addr==2001:db8::5 && udp"));
}

TEST(FlowSelector, RejectsWhatIsNoFlow) {
  for (const char* text :
       {"", "0", "-1", "first", "12345678901", "2:abc", "ip.addr",
        "ip.addr==", "ip.addr==phone", "ip.addr==2001:db8::5",
        "ipv6.addr==10.0.0.1", "tcp.port==65536", "tcp.port==443 ||",
        "tcp.port==443 tcp.port==80", "tcp.port!=443", "tcp.stream==3",
        "tcp.port==443 &&", "&& tcp", "tcp.port = 443"}) {
    const auto selector = FlowSelector::parse(text);
    ASSERT_FALSE(selector) << text;
    EXPECT_EQ(selector.error().kind, ErrorKind::kUsage);
  }
}

}  // namespace
}  // namespace flowtell
