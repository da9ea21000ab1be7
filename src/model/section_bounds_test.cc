// SPDX-License-Identifier: Apache-2.0
//
// Boundary values of model sections: the last accepted and the first rejected;
// model_sections_test.cc tests values far outside.
#include <gtest/gtest.h>

#include <cmath>

#include "model/model_sections.h"
#include "support/samples.h"

namespace flowtell {
namespace {

// "accepted", or the error of a small model with this change.
template <typename Change>
std::string decoded(Change&& change) {
  Model model = small_model();
  change(model);
  const auto read = decode_sections(as_bytes(encode_sections(model)));
  return read ? "accepted" : read.error().message;
}

TEST(SectionBounds, OfBurstGaps) {
  const auto gap = [](Duration value) {
    return decoded([&](Model& model) { model.burst_gap = value; });
  };
  EXPECT_EQ(gap(Duration(0)), "accepted");
  EXPECT_EQ(gap(Duration(-1)), "its burst gap is out of range");
}

TEST(SectionBounds, OfBurstLimits) {
  const auto limit = [](Duration value) {
    return decoded([&](Model& model) { model.burst_limit = value; });
  };
  EXPECT_EQ(limit(Duration(0)), "accepted");
  EXPECT_EQ(limit(kMaxBurstGap), "accepted");
  EXPECT_EQ(limit(Duration(-1)), "its burst limit is out of range");
  EXPECT_EQ(limit(kMaxBurstGap + Duration(1)),
            "its burst limit is out of range");
}

TEST(SectionBounds, OfFlowKeys) {
  for (const FlowKey key :
       {FlowKey::kFiveTuple, FlowKey::kRemoteEndpoint, FlowKey::kRemoteHost}) {
    EXPECT_EQ(decoded([&](Model& model) { model.flow_key = key; }), "accepted");
  }
}

TEST(SectionBounds, OfLeaves) {
  const auto weight = [](float value) {
    return decoded([&](Model& model) {
      model.forest.trees[0] = {{TreeNode::kLeaf, value, 0}};
    });
  };
  EXPECT_EQ(weight(0), "accepted");
  EXPECT_EQ(weight(1e12F), "accepted");
  EXPECT_EQ(weight(std::nextafter(1e12F, 2e12F)), "a tree node is invalid");
  const auto shares = [](std::size_t leaves) {
    return decoded([&](Model& model) {
      model.forest.leaf_shares.assign(3 * leaves, 1);
      model.forest.trees.assign(1, {{TreeNode::kLeaf, 1, 0}});
    });
  };
  EXPECT_EQ(shares(3), "accepted") << "the pure leaves alone";
  EXPECT_EQ(shares(2), "its leaves do not match its apps");
}

TEST(SectionBounds, OfScores) {
  const auto importance = [](double impurity, double permutation) {
    return decoded([&](Model& model) {
      model.importance[1] = {impurity, permutation};
    });
  };
  EXPECT_EQ(importance(0, -1), "accepted");
  EXPECT_EQ(importance(1, 1), "accepted");
  EXPECT_EQ(importance(1 + 1e-9, 0), "accepted") << "rounded";
  EXPECT_EQ(importance(-1e-5, 0), "an importance is out of range");
  EXPECT_EQ(importance(1 + 1e-5, 0), "an importance is out of range");
  EXPECT_EQ(importance(0, -1 - 1e-5), "an importance is out of range");
  EXPECT_EQ(importance(0, 1 + 1e-5), "an importance is out of range");
  const auto accuracy = [](double out_of_bag, Score held_out) {
    return decoded([&](Model& model) {
      model.out_of_bag_accuracy = out_of_bag;
      model.held_out_score->score = held_out;
    });
  };
  EXPECT_EQ(accuracy(0, {1, 0}), "accepted");
  EXPECT_EQ(accuracy(1, {0, 1}), "accepted");
  for (const double outside : {-1e-5, 1 + 1e-5}) {
    EXPECT_EQ(accuracy(outside, {}), "an accuracy is out of range");
    EXPECT_EQ(accuracy(0, {outside, 0}), "an accuracy is out of range");
    EXPECT_EQ(accuracy(0, {0, outside}), "an accuracy is out of range");
  }
}

TEST(SectionBounds, OfConfusionsAndCaptures) {
  const auto confused = [](AppId app, AppId named) {
    return decoded([&](Model& model) {
      model.held_out_score->confusions.push_back({app, named, 1});
    });
  };
  EXPECT_EQ(confused(2, 2), "accepted");
  EXPECT_EQ(confused(3, 2), "a confusion names an unknown app");
  EXPECT_EQ(confused(2, 3), "a confusion names an unknown app");
  EXPECT_EQ(decoded([](Model& model) { model.captures[0].app = 2; }),
            "accepted");
}

TEST(SectionBounds, OfWeights) {
  const auto weights = [](double shape, double name) {
    return decoded([&](Model& model) {
      model.weights[3].shape = shape;
      model.weights[3].name = name;
    });
  };
  EXPECT_EQ(weights(0, 5), "accepted");
  EXPECT_EQ(weights(5, 0), "accepted");
  EXPECT_EQ(weights(5.01, 1), "a weight is out of range");
  EXPECT_EQ(weights(1, 5.01), "a weight is out of range");
  EXPECT_EQ(weights(-0.01, 1), "a weight is out of range");
  EXPECT_EQ(weights(1, -0.01), "a weight is out of range");
}

TEST(SectionBounds, OfWeightsAlone) {
  const auto weights = [](double shape, double name) {
    return decoded([&](Model& model) {
      model.weights[5].shape_alone = shape;
      model.weights[5].name_alone = name;
    });
  };
  EXPECT_EQ(weights(0, 5), "accepted");
  EXPECT_EQ(weights(5.01, 1), "a weight is out of range");
  EXPECT_EQ(weights(1, -0.01), "a weight is out of range");
}

TEST(SectionBounds, OfTemperatures) {
  const auto temperature = [](double value) {
    return decoded([&](Model& model) { model.weights[2].temperature = value; });
  };
  EXPECT_EQ(temperature(1), "accepted");
  EXPECT_EQ(temperature(5), "accepted");
  for (const double value : {0.99, 5.01, std::nan("")}) {
    EXPECT_EQ(temperature(value), "a temperature is out of range");
  }
}

TEST(SectionBounds, OfUnknownScores) {
  const auto unknown = [](auto&& change) {
    return decoded([&](Model& model) { change(model.weights[1].unknown); });
  };
  constexpr auto kLast = UnknownColumnId::kNamesUnexplained;
  const std::string coefficient =
      "a coefficient of the unknown score is out of range";
  for (const double bound : {-1e6, 1e6}) {
    const auto bias = [&](double of) {
      return unknown([&](UnknownModel& model) { model.bias = of; });
    };
    const auto weight = [&](double of) {
      return unknown([&](UnknownModel& model) { model.weights[kLast] = of; });
    };
    EXPECT_EQ(bias(bound), "accepted");
    EXPECT_EQ(weight(bound), "accepted");
    EXPECT_EQ(bias(1.01 * bound), coefficient);
    EXPECT_EQ(weight(1.01 * bound), coefficient);
  }
  const std::string value = "a value of the unknown score is out of range";
  const auto typical = [&](double of) {
    return unknown([&](UnknownModel& model) { model.typical[kLast] = of; });
  };
  const auto threshold = [&](double of) {
    return unknown([&](UnknownModel& model) { model.thresholds[99] = of; });
  };
  for (const double share : {0.0, 1.0}) {
    EXPECT_EQ(typical(share), "accepted");
    EXPECT_EQ(threshold(share), "accepted");
  }
  EXPECT_EQ(typical(1 + 1e-9), "accepted") << "rounded";
  for (const double outside : {-1e-5, 1 + 1e-5}) {
    EXPECT_EQ(typical(outside), value);
    EXPECT_EQ(threshold(outside), value);
  }
}

TEST(SectionBounds, OfErrorTargets) {
  const auto error_target = [](double floor, double coverage) {
    return decoded([&](Model& model) {
      model.weights[0].error_targets[50] = {floor, coverage};
    });
  };
  EXPECT_EQ(error_target(0, 1), "accepted");
  EXPECT_EQ(error_target(1, 0), "accepted");
  EXPECT_EQ(error_target(1.01, 0), "an error target is out of range");
  EXPECT_EQ(error_target(0, 1.01), "an error target is out of range");
}

TEST(SectionBounds, OfNameCounts) {
  const auto count = [](float value) {
    return decoded([&](Model& model) {
      model.names = NameTable::of({{"a.example", {0, value, 0}}});
    });
  };
  EXPECT_EQ(count(0), "accepted");
  EXPECT_EQ(count(1e6F), "accepted");
  EXPECT_EQ(count(1.01e6F), "a name count is invalid");
}

TEST(SectionBounds, OfAmbiguousGroups) {
  const auto group = [](const AmbiguousGroup& value) {
    return decoded([&](Model& model) {
      model.ambiguity = AmbiguityTable({{"TCP 80", value}});
    });
  };
  EXPECT_EQ(group({{0, 1, 2}, 5, 0}), "accepted");
  EXPECT_EQ(group({{0, 1}, 0, 1}), "accepted");
  EXPECT_EQ(group({{}, 5, 0.5}), "an ambiguous group has fewer than two apps");
  EXPECT_EQ(group({{0, 0, 1}, 5, 0.5}),
            "an ambiguous group has fewer than two apps");
}

TEST(SectionBounds, OfFeatureProfiles) {
  const auto sign = [](float value) {
    return decoded(
        [&](Model& model) { model.feature_profile.signs[3] = value; });
  };
  EXPECT_EQ(sign(-1), "accepted");
  EXPECT_EQ(sign(1), "accepted");
  EXPECT_EQ(sign(-1.01F), "a share is out of range");
  EXPECT_EQ(sign(1.01F), "a share is out of range");
  const auto attractor = [](const Attractor& value) {
    return decoded(
        [&](Model& model) { model.feature_profile.attractors = {value}; });
  };
  const std::string unknown_app = "an attractor names an unknown app";
  const std::string invalid_sign = "an attractor has an invalid sign";
  EXPECT_EQ(attractor({2, 0, 5, {{13, 0.5F, 1}}}), "accepted");
  EXPECT_EQ(attractor({0, 2, 5, {}}), "accepted");
  EXPECT_EQ(attractor({3, 0, 5, {}}), unknown_app);
  EXPECT_EQ(attractor({0, 3, 5, {}}), unknown_app);
  EXPECT_EQ(attractor({2, 0, 5, {{14, 0.5F, 1}}}), invalid_sign);
  EXPECT_EQ(attractor({2, 0, 5, {{0, HUGE_VALF, 1}}}), invalid_sign);
  EXPECT_EQ(attractor({2, 0, 5, {{0, 0.5F, HUGE_VALF}}}), invalid_sign);
}

TEST(SectionBounds, OfExamples) {
  const auto capture = [](std::uint32_t number) {
    return decoded(
        [&](Model& model) { model.examples.flows[0].capture = number; });
  };
  const auto captures =
      static_cast<std::uint32_t>(small_model().captures.size());
  EXPECT_EQ(capture(captures - 1), "accepted");
  EXPECT_EQ(capture(captures), "an example names an unknown capture");
  EXPECT_EQ(decoded([](Model& model) { model.examples.values[0] = HUGE_VALF; }),
            "an example value is invalid");
}

TEST(SectionBounds, OfSupportVectorMachines) {
  const auto svm = [](auto&& change) {
    return decoded([&](Model& model) {
      model.forest.trees.clear();
      model.forest.leaf_shares.clear();
      model.svm =
          build_svm(random_table(1, {.columns = model.columns.size()}), {});
      change(*model.svm);
    });
  };
  EXPECT_EQ(svm([](Svm& of) { of.gamma = 1; }), "accepted");
  EXPECT_EQ(svm([](Svm& of) { of.scales[0] = 0; }), "accepted");
  EXPECT_EQ(svm([](Svm& of) { of.biases[0] = 1e30; }), "accepted");
  EXPECT_EQ(svm([](Svm& of) { of.biases[0] = 1.01e30; }),
            "a vector is out of range");
  EXPECT_EQ(svm([](Svm& of) { of.factors[0] = -1.01e30; }),
            "a vector is out of range");
  EXPECT_EQ(svm([](Svm& of) { of.vectors[0] = 1.01e30F; }),
            "a vector is out of range");
  EXPECT_EQ(svm([](Svm& of) { of.trained[0] = 3; }),
            "support vectors name an unknown app");
}

// Times beyond the supported range are clamped to it.
TEST(SectionBounds, OfMoments) {
  Model model = small_model();
  model.captures[0].first = Timestamp::min();
  model.captures[0].last = Timestamp::max();
  const auto read = decode_sections(as_bytes(encode_sections(model)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->captures[0].first, kEarliestTime);
  EXPECT_EQ(read->captures[0].last, kLatestTime);
}

// A list that cannot fit the remaining bytes is rejected, so entries of the
// smallest size must be accepted.
TEST(SectionBounds, OfTheSmallestEntries) {
  Model model = small_model();
  model.apps.assign(3, "");
  model.columns.assign(14, "");
  model.feature_sets.assign(1, "");
  model.feature_identity = "";
  model.forest.trees.assign(3, {{TreeNode::kLeaf, 1, 0}});
  model.names = NameTable::of({{"", {1, 0, 0}}});
  model.known_rows = {};
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
  model.other_forest = {};
  model.importance.resize(1);
  model.feature_profile.signs.resize(3);
  model.feature_profile.attractors.clear();
  model.examples = {{{0, 1}}, {0.5F}};
  const auto narrow = decode_sections(as_bytes(encode_sections(model)));
  EXPECT_TRUE(narrow) << narrow.error().message;
}

}  // namespace
}  // namespace flowtell
