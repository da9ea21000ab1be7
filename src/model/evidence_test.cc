// SPDX-License-Identifier: Apache-2.0
#include "model/evidence.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

TEST(EvidenceKinds, ParseInAnyOrder) {
  EXPECT_EQ(*EvidenceKinds::parse("shape"),
            (EvidenceKinds{true, false, false}));
  EXPECT_EQ(*EvidenceKinds::parse("time,name"),
            (EvidenceKinds{false, true, true}));
  EXPECT_EQ(*EvidenceKinds::parse("name,shape,name"),
            (EvidenceKinds{true, true, false}));
  EXPECT_EQ(*EvidenceKinds::parse(EvidenceKinds::kAll), EvidenceKinds{});
}

TEST(EvidenceKinds, RoundTripAsText) {
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    EXPECT_EQ(*EvidenceKinds::parse(kinds.text()), kinds) << kinds.text();
  }
  EXPECT_EQ(EvidenceKinds::parse("time,shape")->text(), "shape,time");
}

std::string parse_error(std::string_view text) {
  const auto kinds = EvidenceKinds::parse(text);
  if (kinds) return "accepted";
  EXPECT_EQ(kinds.error().kind, ErrorKind::kUsage);
  return kinds.error().message;
}

TEST(EvidenceKinds, RejectTimeAlone) {
  EXPECT_EQ(parse_error("time"),
            "'time' alone cannot identify an app; add shape or name");
  EXPECT_EQ(parse_error(""),
            "'' alone cannot identify an app; add shape or name");
}

TEST(EvidenceKinds, RejectOtherWords) {
  EXPECT_EQ(parse_error("shape,colour"),
            "'colour' is not a kind of evidence; use shape, name and time");
  for (const std::string_view text :
       {"shape,", "Shape", "shape name", ",name"}) {
    EXPECT_NE(parse_error(text).find("is not a kind of evidence"),
              std::string::npos)
        << text;
  }
}

// Model files list the weights in this order, which must not change.
TEST(EvidenceKinds, HaveAFixedOrder) {
  std::string order;
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    order += kinds.text() + ' ';
    EXPECT_EQ(kEvidenceKinds[index_of(kinds)], kinds);
  }
  EXPECT_EQ(order,
            "shape name shape,name shape,time name,time shape,name,time ");
}

// Of the hundred steps of half a percent, the one at or below the error.
TEST(EvidenceWeights, HaveAnErrorTargetForEachHalfPercent) {
  EvidenceWeights weights;
  for (std::size_t i = 0; i < weights.error_targets.size(); ++i) {
    weights.error_targets[i].floor = static_cast<double>(i + 1);
  }
  const auto step = [&](double error) {
    return weights.error_target(error).floor;
  };
  EXPECT_EQ(step(0.005), 1);
  EXPECT_EQ(step(0.0099), 1);
  EXPECT_EQ(step(0.01), 2);
  EXPECT_EQ(step(0.05), 10);
  EXPECT_EQ(step(0.495), 99);
  EXPECT_EQ(step(0.5), 100);
  for (int i = 1; i <= 100; ++i) EXPECT_EQ(step(i / 200.0), i);
}

TEST(EvidenceWeights, AreNeutralByDefault) {
  const EvidenceWeights weights;
  EXPECT_EQ(weights.shape, 1);
  EXPECT_EQ(weights.name, 1);
  EXPECT_EQ(weights.unknown, UnknownModel{});
  EXPECT_EQ(weights.error_targets[0].floor, 1);
  EXPECT_EQ(weights.error_targets[99].coverage, 0);
}

}  // namespace
}  // namespace flowtell
