// SPDX-License-Identifier: Apache-2.0
#include "evaluate/evaluation.h"

#include <gtest/gtest.h>

#include "support/samples.h"

namespace flowtell {
namespace {

// Two captures: one with three bursts, the second of another device, and one
// with one burst of the first device.
class EvidenceUseTest : public testing::Test {
 protected:
  EvidenceUseTest() {
    data = table_of({{{0}, 0, 0, 0, "a.example"},
                     {{0}, 0, 0, 0, "b.example"},
                     {{0}, 0, 0, 1},
                     {{0}, 0, 0, 2, "a.example"},
                     {{0}, 1, 1, 1},
                     {{0}, 1, 1, 1}},
                    2);
    data.facts[0].name_source = NameSource::kTls;
    data.facts[1].name_source = NameSource::kDns;
    data.facts[2].device = *Address::parse("192.168.12.7");
    data.facts[3].name_source = NameSource::kTls;
    scores = DatasetScores(2, 6);
    std::ranges::fill(scores.name.values, 0.5);
    scores.name.row(0)[0] = 0.9;
    scores.name.row(0)[1] = 0.1;
  }

  Dataset data;
  DatasetScores scores;
};

TEST_F(EvidenceUseTest, CountsNamesBySource) {
  const EvidenceUse use = evidence_use(data, scores);
  EXPECT_EQ(use.flows, 6u);
  EXPECT_EQ(use.named(), 3u);
  const auto of = [&](NameSource source) {
    return use.by_name_source[static_cast<std::size_t>(source)];
  };
  EXPECT_EQ(of(NameSource::kNone), 3u);
  EXPECT_EQ(of(NameSource::kTls), 2u);
  EXPECT_EQ(of(NameSource::kDns), 1u);
}

TEST_F(EvidenceUseTest, CountsOuterNamesAsNoNames) {
  data.facts[4].name_source = NameSource::kEch;
  EXPECT_EQ(evidence_use(data, scores).named(), 3u);
}

TEST_F(EvidenceUseTest, CountsNamesWithDifferentScoresPerApp) {
  EXPECT_EQ(evidence_use(data, scores).name_known, 1u);
}

// Only the third burst of the first capture has a device seen before.
TEST_F(EvidenceUseTest, CountsKnownDevicesWithinOneCapture) {
  EXPECT_EQ(evidence_use(data, scores).device_known, 1u);
}

}  // namespace
}  // namespace flowtell
