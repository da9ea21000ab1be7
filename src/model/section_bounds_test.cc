// SPDX-License-Identifier: Apache-2.0
//
// The last values that sections of a model take, and the first they refuse;
// model_sections_test.cc has what is far outside.
#include <gtest/gtest.h>

#include <cmath>

#include "model/model_sections.h"
#include "support/samples.h"

namespace flowtell {
namespace {

// What is said of a small model that was changed so.
template <typename Change>
std::string said_of(Change&& change) {
  Model model = small_model();
  change(model);
  const auto read = decode_sections(as_bytes(encode_sections(model)));
  return read ? "taken" : read.error().message;
}

TEST(SectionBounds, OfBurstGaps) {
  const auto gap = [](Duration value) {
    return said_of([&](Model& model) { model.burst_gap = value; });
  };
  EXPECT_EQ(gap(Duration(0)), "taken");
  EXPECT_EQ(gap(Duration(-1)), "its burst gap is impossible");
}

TEST(SectionBounds, OfFlowKeys) {
  for (const FlowKey key :
       {FlowKey::kFiveTuple, FlowKey::kRemoteEndpoint, FlowKey::kRemoteHost}) {
    EXPECT_EQ(said_of([&](Model& model) { model.flow_key = key; }), "taken");
  }
}

TEST(SectionBounds, OfLeaves) {
  const auto weight = [](float value) {
    return said_of([&](Model& model) {
      model.forest.trees[0] = {{TreeNode::kLeaf, value, 0}};
    });
  };
  EXPECT_EQ(weight(0), "taken");
  EXPECT_EQ(weight(1e12F), "taken");
  EXPECT_EQ(weight(std::nextafter(1e12F, 2e12F)),
            "a tree names what is not there");
  const auto shares = [](std::size_t leaves) {
    return said_of([&](Model& model) {
      model.forest.leaf_shares.assign(3 * leaves, 1);
      model.forest.trees.assign(1, {{TreeNode::kLeaf, 1, 0}});
    });
  };
  EXPECT_EQ(shares(3), "taken") << "the pure ones alone";
  EXPECT_EQ(shares(2), "its leaves do not fit its apps");
}

TEST(SectionBounds, OfConfusionsAndCaptures) {
  const auto confused = [](AppId app, AppId named) {
    return said_of([&](Model& model) {
      model.honest->confusions.push_back({app, named, 1});
    });
  };
  EXPECT_EQ(confused(2, 2), "taken");
  EXPECT_EQ(confused(3, 2), "a confusion is of an app that is not there");
  EXPECT_EQ(confused(2, 3), "a confusion is of an app that is not there");
  EXPECT_EQ(said_of([](Model& model) { model.captures[0].app = 2; }), "taken");
}

TEST(SectionBounds, OfWeights) {
  const auto weights = [](double shape, double name) {
    return said_of([&](Model& model) {
      model.weights[3].shape = shape;
      model.weights[3].name = name;
    });
  };
  EXPECT_EQ(weights(0, 5), "taken");
  EXPECT_EQ(weights(5, 0), "taken");
  EXPECT_EQ(weights(5.01, 1), "a weight is no weight");
  EXPECT_EQ(weights(1, 5.01), "a weight is no weight");
  EXPECT_EQ(weights(-0.01, 1), "a weight is no weight");
  EXPECT_EQ(weights(1, -0.01), "a weight is no weight");
}

TEST(SectionBounds, OfWhatTellsOtherApps) {
  const auto novelty = [](auto&& change) {
    return said_of([&](Model& model) { change(model.weights[1].novelty); });
  };
  const std::string beyond = "what tells other apps is out of bounds";
  EXPECT_EQ(novelty([](Novelty& of) { of.prior = 0; }), "taken");
  EXPECT_EQ(novelty([](Novelty& of) { of.prior = 0.5; }), "taken");
  EXPECT_EQ(novelty([](Novelty& of) { of.prior = 0.501; }), beyond);
  for (const double ratio : {1e-6, 1e6}) {
    EXPECT_EQ(novelty([&](Novelty& of) { of.shape[0] = ratio; }), "taken");
    EXPECT_EQ(novelty([&](Novelty& of) { of.name[0] = ratio; }), "taken");
  }
  for (const double ratio : {0.99e-6, 1.01e6}) {
    EXPECT_EQ(novelty([&](Novelty& of) { of.shape[0] = ratio; }), beyond);
    EXPECT_EQ(novelty([&](Novelty& of) { of.name[0] = ratio; }), beyond);
  }
}

TEST(SectionBounds, OfPromises) {
  const auto error_target = [](double floor, double coverage) {
    return said_of([&](Model& model) {
      model.weights[0].error_targets[50] = {floor, coverage};
    });
  };
  EXPECT_EQ(error_target(0, 1), "taken");
  EXPECT_EQ(error_target(1, 0), "taken");
  EXPECT_EQ(error_target(1.01, 0), "a promise is no promise");
  EXPECT_EQ(error_target(0, 1.01), "a promise is no promise");
}

TEST(SectionBounds, OfCountsOfNames) {
  const auto count = [](float value) {
    return said_of([&](Model& model) {
      model.names = NameTable::of({{"a.example", {0, value, 0}}});
    });
  };
  EXPECT_EQ(count(0), "taken");
  EXPECT_EQ(count(1e6F), "taken");
  EXPECT_EQ(count(1.01e6F), "a count is no count");
}

TEST(SectionBounds, OfGroupsThatAppsShare) {
  const auto group = [](const AmbiguousGroup& value) {
    return said_of([&](Model& model) {
      model.ambiguity = AmbiguityTable({{"TCP 80", value}});
    });
  };
  EXPECT_EQ(group({{0, 1, 2}, 5, 0}), "taken");
  EXPECT_EQ(group({{0, 1}, 0, 1}), "taken");
  EXPECT_EQ(group({{}, 5, 0.5}), "flows are shared by less than two apps");
  EXPECT_EQ(group({{0, 0, 1}, 5, 0.5}),
            "flows are shared by less than two apps");
}

TEST(SectionBounds, OfInsight) {
  const auto sign = [](float value) {
    return said_of(
        [&](Model& model) { model.feature_profile.signs[3] = value; });
  };
  EXPECT_EQ(sign(-1), "taken");
  EXPECT_EQ(sign(1), "taken");
  EXPECT_EQ(sign(-1.01F), "a share is no share");
  EXPECT_EQ(sign(1.01F), "a share is no share");
  const auto draw = [](const Attractor& value) {
    return said_of(
        [&](Model& model) { model.feature_profile.attractors = {value}; });
  };
  const std::string none = "an app is drawn to one that is not there";
  const std::string what = "an app is drawn by what is not there";
  EXPECT_EQ(draw({2, 0, 5, {{13, 0.5F, 1}}}), "taken");
  EXPECT_EQ(draw({0, 2, 5, {}}), "taken");
  EXPECT_EQ(draw({3, 0, 5, {}}), none);
  EXPECT_EQ(draw({0, 3, 5, {}}), none);
  EXPECT_EQ(draw({2, 0, 5, {{14, 0.5F, 1}}}), what);
  EXPECT_EQ(draw({2, 0, 5, {{0, HUGE_VALF, 1}}}), what);
  EXPECT_EQ(draw({2, 0, 5, {{0, 0.5F, HUGE_VALF}}}), what);
}

TEST(SectionBounds, OfExamples) {
  const auto capture = [](std::uint32_t number) {
    return said_of(
        [&](Model& model) { model.examples.flows[0].capture = number; });
  };
  const auto captures =
      static_cast<std::uint32_t>(small_model().captures.size());
  EXPECT_EQ(capture(captures - 1), "taken");
  EXPECT_EQ(capture(captures), "an example is of a capture that is not there");
  EXPECT_EQ(said_of([](Model& model) { model.examples.values[0] = HUGE_VALF; }),
            "an example's value is none");
}

TEST(SectionBounds, OfSupportVectorMachines) {
  const auto svm = [](auto&& change) {
    return said_of([&](Model& model) {
      model.forest.trees.clear();
      model.forest.leaf_shares.clear();
      model.svm =
          build_svm(random_table(1, {.columns = model.columns.size()}), {});
      change(*model.svm);
    });
  };
  EXPECT_EQ(svm([](Svm& of) { of.gamma = 1; }), "taken");
  EXPECT_EQ(svm([](Svm& of) { of.scales[0] = 0; }), "taken");
  EXPECT_EQ(svm([](Svm& of) { of.biases[0] = 1e30; }), "taken");
  EXPECT_EQ(svm([](Svm& of) { of.biases[0] = 1.01e30; }),
            "a vector is no vector");
  EXPECT_EQ(svm([](Svm& of) { of.factors[0] = -1.01e30; }),
            "a vector is no vector");
  EXPECT_EQ(svm([](Svm& of) { of.vectors[0] = 1.01e30F; }),
            "a vector is no vector");
  EXPECT_EQ(svm([](Svm& of) { of.trained[0] = 3; }),
            "vectors are of an app that is not there");
}

// Moments of captures beyond those that a calendar has are moved to its ends.
TEST(SectionBounds, OfMoments) {
  Model model = small_model();
  model.captures[0].first = Timestamp::min();
  model.captures[0].last = Timestamp::max();
  const auto read = decode_sections(as_bytes(encode_sections(model)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->captures[0].first, kEarliestTime);
  EXPECT_EQ(read->captures[0].last, kLatestTime);
}

// Lists are refused that could not stand in what is left, so entries that are
// as small as can be must be taken.
TEST(SectionBounds, OfTheSmallestEntries) {
  Model model = small_model();
  model.apps.assign(3, "");
  model.columns.assign(14, "");
  model.feature_sets.assign(1, "");
  model.feature_identity = "";
  model.forest.trees.assign(3, {{TreeNode::kLeaf, 1, 0}});
  model.names = NameTable::of({{"", {1, 0, 0}}});
  model.ambiguity = AmbiguityTable({{"x", {{0, 1}, 1, 0.5}}});
  model.feature_profile.attractors.assign(2, {0, 1, 5, {}});
  for (CaptureRecord& capture : model.captures) {
    capture.path = capture.group = capture.sha256 = "";
  }
  const std::string bytes = encode_sections(model);
  const auto read = decode_sections(as_bytes(bytes));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(encode_sections(*read), bytes);
  model.columns.assign(1, "");
  model.importance.resize(1);
  model.feature_profile.signs.resize(3);
  model.feature_profile.attractors.clear();
  model.examples = {{{0, 1}}, {0.5F}};
  const auto narrow = decode_sections(as_bytes(encode_sections(model)));
  EXPECT_TRUE(narrow) << narrow.error().message;
}

}  // namespace
}  // namespace flowtell
