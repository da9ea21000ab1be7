// SPDX-License-Identifier: Apache-2.0
#include "model/evidence.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

TEST(EvidenceKinds, AreReadInAnyOrder) {
  EXPECT_EQ(*EvidenceKinds::parse("shape"),
            (EvidenceKinds{true, false, false}));
  EXPECT_EQ(*EvidenceKinds::parse("time,name"),
            (EvidenceKinds{false, true, true}));
  EXPECT_EQ(*EvidenceKinds::parse("name,shape,name"),
            (EvidenceKinds{true, true, false}));
  EXPECT_EQ(*EvidenceKinds::parse(EvidenceKinds::kAll), EvidenceKinds{});
}

TEST(EvidenceKinds, AreWrittenAsTheyAreRead) {
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    EXPECT_EQ(*EvidenceKinds::parse(kinds.text()), kinds) << kinds.text();
  }
  EXPECT_EQ(EvidenceKinds::parse("time,shape")->text(), "shape,time");
}

std::string why_no_evidence(std::string_view text) {
  const auto kinds = EvidenceKinds::parse(text);
  if (kinds) return "taken";
  EXPECT_EQ(kinds.error().kind, ErrorKind::kUsage);
  return kinds.error().message;
}

TEST(EvidenceKinds, RefuseTimeAlone) {
  EXPECT_EQ(why_no_evidence("time"),
            "'time' tells no app from another; add shape or name");
  EXPECT_EQ(why_no_evidence(""),
            "'' tells no app from another; add shape or name");
}

TEST(EvidenceKinds, RefuseOtherWords) {
  EXPECT_EQ(why_no_evidence("shape,colour"),
            "'colour' is no kind of evidence; there are shape, name and time");
  for (const std::string_view text :
       {"shape,", "Shape", "shape name", ",name"}) {
    EXPECT_NE(why_no_evidence(text).find("is no kind of evidence"),
              std::string::npos)
        << text;
  }
}

// A model file lists their weights by place: it must not change.
TEST(EvidenceKinds, HaveAPlaceEach) {
  std::string places;
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    places += kinds.text() + ' ';
    EXPECT_EQ(kEvidenceKinds[place_of(kinds)], kinds);
  }
  EXPECT_EQ(places,
            "shape name shape,name shape,time name,time shape,name,time ");
}

}  // namespace
}  // namespace flowtell
