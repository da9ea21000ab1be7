// SPDX-License-Identifier: Apache-2.0
#include "model/model.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

TEST(Model, ReturnsItsFeatures) {
  const auto features = small_model().features();
  ASSERT_TRUE(features);
  EXPECT_EQ(features->set_names(), std::vector<std::string>{"classic14"});
}

TEST(Model, RejectsFeaturesOfAnotherVersion) {
  Model model = small_model();
  const std::size_t at = model.feature_identity.find("classic14/");
  model.feature_identity[at + 10] = '9';
  const auto features = model.features();
  ASSERT_FALSE(features);
  EXPECT_EQ(features.error().kind, ErrorKind::kIncompatibleFeatures);
  EXPECT_EQ(features.error().message,
            "this program (" + program_version() +
                ") defines its features differently or not at all: classic14; "
                "train it again");
}

TEST(Model, RejectsUnknownFeatures) {
  Model model = small_model();
  model.feature_sets = {"classic14", "telepathy"};
  const auto features = model.features();
  ASSERT_FALSE(features);
  EXPECT_EQ(features.error().kind, ErrorKind::kIncompatibleFeatures);
  EXPECT_NE(features.error().message.find("classic14 and telepathy"),
            std::string::npos);
}

TEST(Model, RejectsColumnsThatDifferFromItsFeatures) {
  Model fewer = small_model();
  fewer.columns.pop_back();
  EXPECT_FALSE(fewer.features());
  Model more = small_model();
  more.columns.emplace_back("one too many");
  EXPECT_FALSE(more.features());
  Model none = small_model();
  none.feature_sets.clear();
  none.feature_identity.clear();
  EXPECT_FALSE(none.features());
}

}  // namespace
}  // namespace flowtell
