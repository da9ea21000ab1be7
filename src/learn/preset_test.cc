// SPDX-License-Identifier: Apache-2.0
#include "learn/preset.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "classify/verdict.h"
#include "features/feature_list.h"
#include "model/evidence.h"

namespace flowtell {
namespace {

TEST(Preset, IsFoundByItsName) {
  ASSERT_NE(find_preset("eurosp16"), nullptr);
  EXPECT_EQ(find_preset("eurosp16")->flow_key, FlowKey::kRemoteEndpoint);
  EXPECT_FALSE(find_preset("eurosp16")->relabels);
  ASSERT_NE(find_preset("tifs17"), nullptr);
  EXPECT_EQ(find_preset("tifs17")->flow_key, FlowKey::kRemoteHost);
  EXPECT_TRUE(find_preset("tifs17")->relabels);
  EXPECT_EQ(find_preset("tifs18"), nullptr);
  EXPECT_EQ(find_preset(""), nullptr);
}

TEST(Preset, HasTheFlowLimitsOfThePapers) {
  for (const Preset& preset : kPresets) {
    EXPECT_EQ(limits_text(preset.limits), "TCP flows of 7 to 260 packets");
  }
}

// The command line must accept every setting.
TEST(Preset, HasValidSettings) {
  for (const Preset& preset : kPresets) {
    EXPECT_TRUE(FeatureList::parse(preset.features)) << preset.name;
    EXPECT_TRUE(parse_number<double>(preset.burst_gap)) << preset.name;
    EXPECT_TRUE(parse_number<std::size_t>(preset.trees)) << preset.name;
    for (const auto& [option, value] : preset.settings()) {
      if (option == "--unknown") {
        const auto rule = UnknownRule::parse(value);
        ASSERT_TRUE(rule) << preset.name;
        EXPECT_EQ(rule->floor, 0.9) << preset.name;
        EXPECT_EQ(rule->margin, 0) << preset.name;
        EXPECT_FALSE(rule->max_false_unknown) << preset.name;
        EXPECT_FALSE(rule->max_error) << preset.name;
      }
      if (option == "--evidence") {
        EXPECT_TRUE(EvidenceKinds::parse(value));
      }
    }
  }
}

}  // namespace
}  // namespace flowtell
