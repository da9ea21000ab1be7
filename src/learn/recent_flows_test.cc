// SPDX-License-Identifier: Apache-2.0
#include "learn/recent_flows.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "support/samples.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

RecentFlow recent_flow(int second, const std::string& name) {
  RecentFlow flow;
  flow.facts.first = kTestStart + std::chrono::seconds(second);
  flow.facts.last = flow.facts.first + std::chrono::milliseconds(10);
  flow.name = name;
  return flow;
}

// A burst of flows with the values `first`, `first` + 1, …
void add_flows(RecentFlows& recent, int first, int count,
               const std::string& name = "") {
  std::vector<RecentFlow> flows;
  std::vector<float> rows;
  for (int i = first; i < first + count; ++i) {
    flows.push_back(recent_flow(first, name));
    rows.push_back(static_cast<float>(i));
  }
  recent.add_burst(flows, rows);
}

Dataset dataset_of(const RecentFlows& recent) {
  return recent.dataset(small_model(), {}, "wlan0");
}

TEST(RecentFlows, AreOneCaptureWithoutLabels) {
  RecentFlows recent(1);
  add_flows(recent, 0, 2, "a.example.com");
  add_flows(recent, 5, 1);
  add_flows(recent, 9, 1, "a.example.com");
  const Dataset data = dataset_of(recent);
  EXPECT_EQ(data.rows(), 4U);
  EXPECT_EQ(data.values, (std::vector<float>{0, 1, 5, 9}));
  ASSERT_EQ(data.captures.size(), 1U);
  const CaptureRecord& capture = data.captures.front();
  EXPECT_EQ(capture.path, "wlan0");
  EXPECT_EQ(capture.sha256, "");
  EXPECT_EQ(capture.flows, 4U);
  EXPECT_EQ(capture.first, kTestStart);
  EXPECT_EQ(capture.last, kTestStart + std::chrono::milliseconds(9010));
  EXPECT_EQ(data.names, (std::vector<std::string>{"", "a.example.com"}));
  std::vector<std::uint32_t> names;
  std::vector<std::uint32_t> bursts;
  for (const RowFacts& facts : data.facts) {
    names.push_back(facts.name);
    bursts.push_back(facts.burst);
  }
  EXPECT_EQ(names, (std::vector<std::uint32_t>{1, 1, 0, 1}));
  EXPECT_EQ(bursts, (std::vector<std::uint32_t>{1, 1, 2, 3}));
}

TEST(RecentFlows, KeepTheLatest) {
  RecentFlows recent(1, 4);
  add_flows(recent, 0, 3, "old.example.com");
  add_flows(recent, 3, 3, "new.example.com");
  EXPECT_EQ(recent.size(), 4U);
  const Dataset data = dataset_of(recent);
  EXPECT_EQ(data.values, (std::vector<float>{2, 3, 4, 5}));
  EXPECT_EQ(data.names, (std::vector<std::string>{"", "old.example.com",
                                                  "new.example.com"}));
  // A burst larger than the ring.
  add_flows(recent, 10, 9);
  EXPECT_EQ(dataset_of(recent).values, (std::vector<float>{15, 16, 17, 18}));
}

TEST(RecentFlows, KeepWhatAdaptingNeedsOfAFlow) {
  Flow flow{};
  flow.device = test_address("192.168.12.100");
  flow.remote_port = 443;
  flow.protocol = Protocol::kTcp;
  flow.first = kTestStart;
  flow.last = kTestStart + std::chrono::seconds(1);
  flow.sent.packets = 3;
  flow.received.packets = 4;
  flow.name.server = "a.example.com";
  flow.name.source = NameSource::kTls;
  RecentFlow recent = RecentFlow::of(flow);
  EXPECT_EQ(recent.facts.device, flow.device);
  EXPECT_EQ(recent.facts.remote_port, 443);
  EXPECT_EQ(recent.facts.packets, 7U);
  EXPECT_EQ(recent.facts.last, flow.last);
  EXPECT_EQ(recent.facts.name_source, NameSource::kTls);
  EXPECT_EQ(recent.name, "a.example.com");
  // The outer name of an encrypted hello is no evidence.
  flow.name.source = NameSource::kEch;
  EXPECT_EQ(RecentFlow::of(flow).name, "");
}

}  // namespace
}  // namespace flowtell
