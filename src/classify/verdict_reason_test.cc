// SPDX-License-Identifier: Apache-2.0
#include "classify/verdict_reason.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/samples.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

constexpr UnknownRule kNamesNone{
    .max_false_unknown = {}, .floor = 1, .margin = 1};

// The reasons of the flows of a burst to these servers.
std::vector<VerdictReason> reasons_of(const std::vector<std::string>& servers,
                                      EvidenceKinds kinds,
                                      UnknownRule rule = UnknownRule::never()) {
  ClassifierSession session(*Classifier::make(small_model(), kinds, rule));
  std::vector<PacketRecord> packets(3);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    packets[i].time = kTestStart + 5ms * i;
    packets[i].length = 100;
  }
  for (const std::string& server : servers) {
    Flow flow{};
    flow.first = packets.front().time;
    flow.last = packets.back().time;
    flow.received = {3, 300};
    flow.name.server = server;
    flow.name.source = NameSource::kTls;
    flow.packets = packets;
    session.add(flow);
  }
  const auto results = session.end_burst();
  std::vector<VerdictReason> reasons;
  for (std::size_t i = 0; i < results.size(); ++i) {
    reasons.push_back(find_reason(session, i, results[i].verdict));
  }
  return reasons;
}

using Reasons = std::vector<VerdictReason>;
constexpr EvidenceKinds kNameAndDevice{false, true, true};

TEST(VerdictReason, IsTheOnlyKindOfEvidenceInUse) {
  EXPECT_EQ(reasons_of({"post.example"}, kName),
            Reasons{VerdictReason::kServerName});
  EXPECT_EQ(reasons_of({""}, kShape), Reasons{VerdictReason::kFlowShape});
}

TEST(VerdictReason, IsTheDeviceWhereOtherFlowsDecide) {
  EXPECT_EQ(reasons_of({"post.example", "", "never-seen.test"}, kNameAndDevice),
            (Reasons{VerdictReason::kServerName, VerdictReason::kOtherFlows,
                     VerdictReason::kOtherFlows}));
}

TEST(VerdictReason, CreditsEachFlowWithTheWholeWeightOfASharedName) {
  EXPECT_EQ(reasons_of({"post.example", "post.example", "post.example"},
                       kNameAndDevice),
            Reasons(3, VerdictReason::kServerName));
}

TEST(VerdictReason, IsNoEvidenceWhereAllAppsAreEquallyLikely) {
  const std::vector<std::string> unnamed = {""};
  EXPECT_EQ(reasons_of(unnamed, kName), Reasons{VerdictReason::kNoEvidence});
  EXPECT_EQ(reasons_of(unnamed, kName, kNamesNone),
            Reasons{VerdictReason::kNoEvidence});
}

TEST(VerdictReason, TellsWhyNoAppIsNamed) {
  EXPECT_EQ(reasons_of({"post.example"}, kName, kNamesNone),
            Reasons{VerdictReason::kLowConfidence});
  const UnknownRule strict{.max_false_unknown = 0.5};
  EXPECT_EQ(reasons_of({"never-seen.test"}, kName, strict),
            Reasons{VerdictReason::kUnlikeTraining});
}

}  // namespace
}  // namespace flowtell
