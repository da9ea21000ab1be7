// SPDX-License-Identifier: Apache-2.0
#include "report/flow_comment.h"

#include <gtest/gtest.h>

#include "flow/flow_ids.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

std::string comment_of(std::string_view app, VerdictReason reason,
                       std::string_view server = "r3.video.example") {
  Flow flow{};
  flow.first = kTestStart;
  flow.name.server = server;
  NamedVerdict verdict;
  verdict.app = app;
  verdict.confidence = 0.9312041;
  verdict.reason = reason;
  std::string comment = flow_comment(
      {.flow = flow, .origin = kTestStart, .features = {}, .verdict = verdict});
  const std::string id = " flow_id=" + flow_id(flow);
  const std::size_t at = comment.find(id);
  EXPECT_NE(at, std::string::npos);
  return at == std::string::npos ? comment : comment.erase(at, id.size());
}

TEST(FlowComment, HasTheVerdictAndItsReason) {
  EXPECT_EQ(comment_of("video", VerdictReason::kServerName),
            "flowtell: app=video confidence=0.931204 "
            "reason=\"server name r3.video.example\"");
  EXPECT_EQ(comment_of("unknown", VerdictReason::kLowConfidence),
            "flowtell: app=unknown confidence=0.931204 "
            "reason=\"confidence too low\"");
}

TEST(FlowComment, HasWordsForEveryReason) {
  for (int reason = 0;
       reason <= static_cast<int>(VerdictReason::kLowConfidence); ++reason) {
    EXPECT_FALSE(comment_of("a", static_cast<VerdictReason>(reason))
                     .ends_with("reason=\"\""));
  }
}

TEST(FlowComment, QuotesNamesThatAreNoWords) {
  const auto app = [](std::string_view name) {
    const std::string comment = comment_of(name, VerdictReason::kFlowShape);
    return comment.substr(14, comment.find(" confidence") - 14);
  };
  EXPECT_EQ(app("com.app_2-b"), "com.app_2-b");
  EXPECT_EQ(app("vidéo, live"), "\"vidéo, live\"");
  EXPECT_EQ(app("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(app("a\nb"), "\"a?b\"");
  EXPECT_EQ(app(""), "\"\"");
}

TEST(FlowComment, IsPrintable) {
  EXPECT_TRUE(comment_of("a", VerdictReason::kServerName, "x\x1b[0m\"y")
                  .ends_with("reason=\"server name x?[0m\\\"y\""));
}

}  // namespace
}  // namespace flowtell
