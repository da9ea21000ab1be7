// SPDX-License-Identifier: Apache-2.0
#include "predict/judge.h"

#include <gtest/gtest.h>

#include "support/flow_collector.h"
#include "support/packets.h"
#include "support/samples.h"

namespace flowtell {
namespace {

// Judges each flow by the plain forest and by a Judge.
class TwinSink : public FlowSink {
 public:
  TwinSink(const Model& model, UnknownRule rule)
      : model_(model),
        features_(*model.features()),
        judge_(*Judge::make(model, rule)) {}

  void take(const Flow& flow) override {
    FlowSeries series;
    series.assign(flow);
    std::vector<double> row(features_.width());
    features_.measure(series, row);
    std::vector<double> due(model_.apps.size());
    model_.forest.judge(std::vector<float>(row.begin(), row.end()), due);
    const Judge::Judged judged = judge_.judge(flow);
    EXPECT_TRUE(std::ranges::equal(judged.probabilities, due));
    const auto best = std::ranges::max_element(due);
    EXPECT_EQ(judged.verdict.best, best - due.begin());
    EXPECT_EQ(judged.verdict.confidence, *best);
    unknown += judged.verdict.is_unknown ? 1u : 0u;
    ++flows;
  }

  std::size_t flows = 0;
  std::size_t unknown = 0;

 private:
  const Model& model_;
  FeatureList features_;
  Judge judge_;
};

TwinSink judge_story(const Model& model, UnknownRule rule) {
  PacketStory story = packets();
  story.syn().syn_ack().data(300).reply(1400).reply(1400).after(20ms).data(10);
  story.after(3s).udp().far("203.0.113.9", 53).data(40).after(8ms).reply(90);
  story.after(3s).tcp().data(1).after(2s).reply(9);
  TwinSink sink(model, rule);
  FlowTable table(FlowOptions{}, sink);
  for (const Packet& packet : story) table.add(packet);
  table.finish();
  return sink;
}

TEST(Judge, JudgesAsThePlainForestDoes) {
  for (std::uint64_t seed = 1; seed < 6; ++seed) {
    EXPECT_EQ(judge_story(small_model(seed), {}).flows, 4u);
  }
}

TEST(Judge, KeepsTheRuleForUnknown) {
  const Model model = small_model();
  EXPECT_EQ(judge_story(model, {0, 0}).unknown, 0u);
  EXPECT_EQ(judge_story(model, {1, 1}).unknown, 4u);
}

TEST(Judge, RefusesAModelOfOtherFeatures) {
  Model model = small_model();
  model.feature_identity += "more";
  const auto judge = Judge::make(model, {});
  ASSERT_FALSE(judge);
  EXPECT_EQ(judge.error().kind, ErrorKind::kInput);
}

}  // namespace
}  // namespace flowtell
