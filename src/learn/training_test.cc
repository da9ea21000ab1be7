// SPDX-License-Identifier: Apache-2.0
#include "learn/training.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>

#include "base/random.h"
#include "learn/ambiguity.h"
#include "learn/confusion.h"
#include "learn/held_out_scores.h"
#include "model/model_file.h"
#include "support/samples.h"

namespace flowtell {
namespace {

// Three apps of four captures each, measured as classic14 would.
Dataset labelled() {
  Random random(5);
  const FeatureList features = *FeatureList::parse("classic14");
  std::vector<TestRow> rows;
  for (std::uint32_t capture = 0; capture < 12; ++capture) {
    const auto app = static_cast<AppId>(capture % 3);
    for (std::uint32_t flow = 0; flow < 6; ++flow) {
      TestRow row{{}, app, capture, flow / 2, ""};
      for (std::size_t i = 0; i < features.width(); ++i) {
        row.values.push_back(static_cast<float>(random.unit() + 0.2 * app));
      }
      row.name =
          random.below(3) == 0 ? "shared.com" : fmt::format("{}.com", app);
      rows.push_back(std::move(row));
    }
  }
  Dataset data = table_of(rows, 3);
  data.features = features;
  data.flow_key = FlowKey::kRemoteHost;
  data.burst_gap = std::chrono::seconds(2);
  data.burst_limit = std::chrono::seconds(9);
  return data;
}

TrainOptions quick(int threads = 1) {
  TrainOptions options;
  options.shape.trees = 6;
  options.shape.threads = threads;
  options.folds = 3;
  return options;
}

TEST(Training, GivesTheSameBytesOnAnyNumberOfThreads) {
  const Dataset data = labelled();
  const auto one = encode_model(*train(data, quick(1)));
  ASSERT_TRUE(one);
  EXPECT_EQ(*encode_model(*train(data, quick(3))), *one);
}

TEST(Training, RecordsHowTheDataWasMeasured) {
  const Dataset data = labelled();
  const Model model = *train(data, quick());
  EXPECT_EQ(model.apps, data.apps);
  EXPECT_EQ(model.flows_per_app, data.flows_per_app());
  EXPECT_EQ(model.feature_sets, std::vector<std::string>{"classic14"});
  EXPECT_EQ(model.feature_identity, data.features.identity());
  EXPECT_EQ(model.flow_key, FlowKey::kRemoteHost);
  EXPECT_EQ(model.burst_gap, std::chrono::seconds(2));
  EXPECT_EQ(model.burst_limit, std::chrono::seconds(9));
  EXPECT_EQ(model.captures.size(), 12U);
  EXPECT_TRUE(model.features());
}

// Each part is what its own function makes of the same folds.
TEST(Training, FitsEverythingToTheSameHeldOutScores) {
  const Dataset data = labelled();
  const Model model = *train(data, quick());
  CrossValidationOptions validation;
  validation.folds = 3;
  validation.forest = quick().shape;
  const FoldScores held_out = score_folds(data, validation);
  const auto weights =
      learn_weights(data, held_out, validation, kEvidenceKinds);
  EXPECT_TRUE(std::ranges::equal(model.weights, weights));
  EXPECT_EQ(model.ambiguity.groups().size(),
            learn_ambiguity(data, held_out, {}).groups().size());
  const HeldOutScores nested = score_cross_validated(data, validation, {});
  const ConfusionMatrix confusion = count_confusions(
      data, classify_captures(data, nested.scores, nested.weights, {}));
  ASSERT_TRUE(model.held_out_score);
  EXPECT_EQ(model.held_out_score->score, score_of(confusion));
  EXPECT_EQ(model.held_out_score->confusions, nonzero_confusions(confusion));
  EXPECT_EQ(model.held_out_score->folds, 3U);
}

TEST(Training, LeavesOutWhatIsNotWanted) {
  TrainOptions options = quick();
  options.with_score = false;
  options.with_examples = false;
  const Model model = *train(labelled(), options);
  EXPECT_FALSE(model.held_out_score);
  EXPECT_EQ(model.examples.size(), 0U);
  EXPECT_GT(train(labelled(), quick())->examples.size(), 0U);
}

TEST(Training, OfASupportVectorMachineHasNoTrees) {
  TrainOptions options = quick();
  options.shape.learner = Learner::kSvm;
  const Model model = *train(labelled(), options);
  EXPECT_TRUE(model.svm);
  EXPECT_TRUE(model.forest.trees.empty());
  EXPECT_TRUE(encode_model(model));
}

TEST(Training, NamesItsSteps) {
  std::mutex mutex;
  std::set<std::string, std::less<>> steps;
  TrainOptions options = quick(2);
  options.progress = [&](std::string_view step, std::size_t done,
                         std::size_t total) {
    const std::lock_guard lock(mutex);
    steps.emplace(step);
    EXPECT_LE(done, total);
  };
  ASSERT_TRUE(train(labelled(), options));
  EXPECT_EQ(steps, (std::set<std::string, std::less<>>{
                       "growing trees", "scoring held-out flows",
                       "fitting the weights", "cross-validating"}));
}

TEST(Training, NeedsFlowsOfTwoApps) {
  Dataset data = labelled();
  std::vector<std::uint32_t> first_app;
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    if (data.labels[row] == 0) first_app.push_back(row);
  }
  const auto one = train(data.select(first_app), quick());
  ASSERT_FALSE(one);
  EXPECT_EQ(one.error().kind, ErrorKind::kNoData);
  EXPECT_EQ(one.error().message,
            "all flows are of one app ('a'); add captures of another app, or "
            "of background traffic");
  const auto none = train(data.select({}), quick());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::kNoData);
}

TEST(Training, HasNoEstimateFromOneCapture) {
  Dataset data = labelled();
  for (std::uint32_t& capture : data.capture_of) capture = 0;
  const Model model = *train(data, quick());
  EXPECT_FALSE(model.held_out_score);
  EXPECT_EQ(model.weights, WeightTable{});
}

TEST(Confusions, AreCountedByHand) {
  const Dataset data = table_of({{{0}, 0, 0}, {{0}, 0, 0}, {{0}, 1, 1}}, 3);
  Probabilities probabilities(3, 3);
  probabilities.values = {1, 0, 0, 0, 0, 1, 0, 1, 0};
  const ConfusionMatrix confusion = count_confusions(data, probabilities);
  EXPECT_EQ(confusion, (ConfusionMatrix{{1, 0, 1}, {0, 1, 0}, {0, 0, 0}}));
  EXPECT_EQ(nonzero_confusions(confusion),
            (std::vector<Confusion>{{0, 0, 1}, {0, 2, 1}, {1, 1, 1}}));
  // App c has no rows, so it does not count for the balanced accuracy.
  EXPECT_DOUBLE_EQ(score_of(confusion).accuracy, 2.0 / 3);
  EXPECT_DOUBLE_EQ(score_of(confusion).balanced_accuracy, 0.75);
  EXPECT_EQ(score_of({}), Score{});
}

}  // namespace
}  // namespace flowtell
