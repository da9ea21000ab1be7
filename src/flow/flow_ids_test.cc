// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_ids.h"

#include <gtest/gtest.h>

#include <set>

#include "flow/flow_meter.h"
#include "support/flow_collector.h"
#include "support/packets.h"

namespace flowtell {
namespace {

struct FlowEnds4 {
  const char* device;
  Port device_port;
  const char* remote;
  Port remote_port;
  Protocol protocol = Protocol::kTcp;
};

Flow flow_between(const FlowEnds4& ends) {
  Flow flow{};
  flow.first = kTestStart;
  flow.device = flow.device_address = test_address(ends.device);
  flow.remote = test_address(ends.remote);
  flow.device_port = ends.device_port;
  flow.remote_port = ends.remote_port;
  flow.protocol = ends.protocol;
  return flow;
}

// The values of the Python package communityid and of the specification.
TEST(CommunityId, EqualsThatOfOtherTools) {
  const auto id = [](const FlowEnds4& ends) {
    return community_id(flow_between(ends));
  };
  EXPECT_EQ(id({"128.232.110.120", 34855, "66.35.250.204", 80}),
            "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
  EXPECT_EQ(id({"192.168.12.100", 40000, "203.0.113.5", 443}),
            "1:dlPMGi4HZEP+gdPC56WilCOoSdQ=");
  EXPECT_EQ(id({"203.0.113.5", 443, "192.168.12.100", 40000}),
            "1:dlPMGi4HZEP+gdPC56WilCOoSdQ=");
  EXPECT_EQ(id({"192.168.12.100", 53124, "192.168.12.1", 53, Protocol::kUdp}),
            "1:doXFSBMtRmKp2nGdd8iia3Olk5o=");
  EXPECT_EQ(id({"fd00::7", 40000, "2001:db8::5", 443}),
            "1:jr1Qj8TToxpqOJ3yl6OkDmnZ8KI=");
  EXPECT_EQ(id({"10.0.0.1", 9, "10.0.0.1", 7, Protocol::kUdp}),
            "1:xASWHUhMb118sbXbjDPqZo32CD8=")
      << "the smaller port first";
}

// A device is named after its first address; the flow has another.
TEST(CommunityId, IsOfTheFlowsOwnAddress) {
  Flow flow = flow_between({"fd00::7", 40000, "2001:db8::5", 443});
  const std::string own = community_id(flow);
  flow.device = test_address("192.168.12.100");
  EXPECT_EQ(community_id(flow), own);
}

TEST(FlowId, TellsFlowsApart) {
  const FlowEnds4 ends{"192.168.12.100", 40000, "203.0.113.5", 443};
  std::set<std::string> ids{flow_id(flow_between(ends))};
  EXPECT_EQ(ids.begin()->size(), 20U);
  Flow later = flow_between(ends);
  later.first += Duration(1);
  ids.insert(flow_id(later));
  Flow udp = flow_between(ends);
  udp.protocol = Protocol::kUdp;
  ids.insert(flow_id(udp));
  ids.insert(flow_id(flow_between({ends.device, 40001, ends.remote, 443})));
  ids.insert(flow_id(flow_between({ends.device, 443, ends.remote, 40000})));
  ids.insert(flow_id(flow_between({"192.168.12.7", 40000, ends.remote, 443})));
  EXPECT_EQ(ids.size(), 6U);
}

// The same on every machine and in every release.
TEST(FlowId, IsStable) {
  for (const FlowEnds4& ends :
       {FlowEnds4{"192.168.12.100", 40000, "203.0.113.5", 443},
        FlowEnds4{"203.0.113.5", 443, "192.168.12.100", 40000}}) {
    EXPECT_EQ(flow_id(flow_between(ends)), "96d9139c8556a661049e");
  }
}

TEST(FlowId, TiesEarlyAndFinalTogether) {
  FlowOptions options;
  options.early_packets = 2;
  options.early_silence = 500ms;
  PacketSequence story = packets().data(1).after(10ms).reply(2).reply(3);
  story.far("203.0.113.9", 443);
  for (int i = 0; i < 10; ++i) story.after(100ms).data(1);
  const FlowCollector got = collect(story, options);
  ASSERT_EQ(got.flows.size(), 2U);
  ASSERT_EQ(got.early.size(), 3U);
  EXPECT_EQ(flow_id(got.early[0]), flow_id(got.flows[0]));
  EXPECT_EQ(flow_id(got.early[2]), flow_id(got.flows[0]));
  EXPECT_EQ(flow_id(got.early[1]), flow_id(got.flows[1]));
  EXPECT_NE(flow_id(got.flows[0]), flow_id(got.flows[1]));
}

}  // namespace
}  // namespace flowtell
