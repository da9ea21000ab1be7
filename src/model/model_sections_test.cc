// SPDX-License-Identifier: Apache-2.0
//
// Malicious models: the checksum and the lengths are valid, but the content is
// not.
#include "model/model_sections.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/compiled_forest.h"
#include "support/samples.h"

namespace flowtell {
namespace {

std::string decoded(const Model& model) {
  const auto read = decode_sections(as_bytes(encode_sections(model)));
  return read ? "accepted" : read.error().message;
}

TreeNode leaf(std::uint32_t row) { return {TreeNode::kLeaf, 0, row}; }
TreeNode cut(std::uint32_t right) { return {0, 1.5f, right}; }

Model with_tree(const Tree& tree) {
  Model model = small_model();
  model.forest.trees[1] = tree;
  return model;
}

TEST(ModelSections, AcceptValidTrees) {
  EXPECT_EQ(decoded(with_tree({leaf(0)})), "accepted");
  EXPECT_EQ(decoded(with_tree({cut(2), leaf(0), leaf(1)})), "accepted");
  EXPECT_EQ(decoded(with_tree({cut(4), cut(3), leaf(0), leaf(1), leaf(2)})),
            "accepted");
}

TEST(ModelSections, RejectMalformedTrees) {
  const std::vector<Tree> malformed = {
      {},                                           // nothing
      {cut(1)},                                     // no children
      {cut(2), leaf(0)},                            // no right child
      {cut(0), leaf(0), leaf(0)},                   // a cycle
      {cut(1), leaf(0), leaf(0)},                   // one child, twice
      {cut(3), leaf(0), leaf(0)},                   // a child outside
      {cut(UINT32_MAX), leaf(0), leaf(0)},          // far outside
      {leaf(0), leaf(1)},                           // an unreachable node
      {cut(2), leaf(0), leaf(1), leaf(0)},          // the same, at the end
      {cut(4), cut(4), leaf(0), leaf(1), leaf(2)},  // a shared child
      {cut(3), cut(4), leaf(0), leaf(1), leaf(2)},  // crossed children
      {cut(2), cut(4), leaf(0), leaf(1), leaf(2)},  // a child's child
      {cut(4), cut(3), leaf(0), cut(0), leaf(2), leaf(1)},  // back to the root
  };
  for (std::size_t i = 0; i < malformed.size(); ++i) {
    EXPECT_EQ(decoded(with_tree(malformed[i])), "a tree is malformed") << i;
  }
}

// Walks a tree in pre-order from a node, counting nodes; false if a node is not
// the next in the list.
bool walk(const Tree& tree, std::size_t at, std::size_t& next) {
  if (at != next || at >= tree.size()) return false;
  ++next;
  return tree[at].is_leaf() ||
         (walk(tree, at + 1, next) && walk(tree, tree[at].next, next));
}

TEST(ModelSections, AcceptExactlyTheSmallTreesThatCanBeWalked) {
  Model model = small_model();
  model.forest.trees.resize(1);
  std::size_t accepted = 0;
  for (std::size_t size = 1; size <= 5; ++size) {
    std::size_t trees = 1;
    for (std::size_t i = 0; i < size; ++i) trees *= size + 1;
    for (std::size_t number = 0; number < trees; ++number) {
      Tree tree;
      std::size_t rest = number;
      for (std::size_t i = 0; i < size; ++i, rest /= size + 1) {
        const auto next = static_cast<std::uint32_t>(rest % (size + 1));
        tree.push_back(next == size ? leaf(0) : cut(next));
      }
      std::size_t walked = 0;
      const bool is_tree = walk(tree, 0, walked) && walked == size;
      model.forest.trees[0] = tree;
      ASSERT_EQ(decoded(model) == "accepted", is_tree)
          << "tree " << number << " of " << size << " nodes";
      accepted += is_tree ? 1u : 0u;
    }
  }
  EXPECT_EQ(accepted, 1u + 1u + 2u);  // the binary trees of 1, 3 and 5 nodes
}

TEST(ModelSections, RejectInvalidNodes) {
  const std::string expected = "a tree node is invalid";
  const Model model = small_model();
  const auto leaves = static_cast<std::uint32_t>(
      model.forest.leaf_shares.size() / model.apps.size());
  EXPECT_EQ(decoded(with_tree({leaf(leaves - 1)})), "accepted");
  EXPECT_EQ(decoded(with_tree({leaf(leaves)})), expected);
  EXPECT_EQ(decoded(with_tree({leaf(UINT32_MAX)})), expected);
  const auto columns = static_cast<std::uint16_t>(model.columns.size());
  EXPECT_EQ(decoded(with_tree({{columns, 1, 2}, leaf(0), leaf(0)})), expected);
  for (const float invalid : {std::numeric_limits<float>::quiet_NaN(),
                              std::numeric_limits<float>::infinity()}) {
    EXPECT_EQ(decoded(with_tree({{0, invalid, 2}, leaf(0), leaf(0)})),
              expected);
  }
}

TEST(ModelSections, RejectInvalidShares) {
  for (const float invalid : {-0.5f, 1.5f, std::nanf("")}) {
    Model model = small_model();
    model.forest.leaf_shares.back() = invalid;
    EXPECT_EQ(decoded(model), "a share is out of range");
  }
}

TEST(ModelSections, RejectLeavesThatDoNotMatchTheApps) {
  Model model = small_model();
  model.forest.leaf_shares.push_back(0.5f);
  EXPECT_EQ(decoded(model), "its leaves do not match its apps");
  model.forest.leaf_shares.resize(3);
  EXPECT_EQ(decoded(model), "its leaves do not match its apps");
}

TEST(ModelSections, RejectEmptyModels) {
  Model no_apps = small_model();
  no_apps.apps.clear();
  EXPECT_EQ(decoded(no_apps), "it has no apps");
  Model no_trees = small_model();
  no_trees.forest.trees.clear();
  EXPECT_EQ(decoded(no_trees), "it has no trees");
  Model no_columns = small_model();
  no_columns.columns.clear();
  EXPECT_EQ(decoded(no_columns), "it has no columns");
}

TEST(ModelSections, RejectCapturesOfUnknownApps) {
  Model model = small_model();
  model.captures[1].app = 3;
  EXPECT_EQ(decoded(model), "a capture names an unknown app");
}

TEST(ModelSections, RejectInvalidFlowSettings) {
  Model gap = small_model();
  gap.burst_gap = Duration(-1);
  EXPECT_EQ(decoded(gap), "its burst gap is out of range");
  gap.burst_gap = std::chrono::seconds(1'000'000);
  EXPECT_EQ(decoded(gap), "accepted");
  gap.burst_gap += Duration(1);
  EXPECT_EQ(decoded(gap), "its burst gap is out of range");
  Model key = small_model();
  key.flow_key = static_cast<FlowKey>(3);
  EXPECT_EQ(decoded(key), "its flow key is unknown");
}

TEST(ModelSections, RejectInvalidWeights) {
  for (const double invalid : {-0.5, 10.5, std::nan(""), HUGE_VAL}) {
    Model shape = small_model();
    shape.weights[2].shape = invalid;
    EXPECT_EQ(decoded(shape), "a weight is out of range") << invalid;
    Model name = small_model();
    name.weights.back().name = invalid;
    EXPECT_EQ(decoded(name), "a weight is out of range") << invalid;
  }
}

TEST(ModelSections, RoundTripTheUnknownScore) {
  Model model = small_model();
  model.weights[3].unknown = {};
  ASSERT_NE(model.weights[0].unknown, model.weights[1].unknown);
  ASSERT_FALSE(model.known_rows.hashes().empty());
  const auto read = decode_sections(as_bytes(encode_sections(model)));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->weights, model.weights);
  EXPECT_FALSE(read->weights[3].unknown.is_fitted);
  EXPECT_EQ(read->known_rows.hashes(), model.known_rows.hashes());
}

TEST(ModelSections, RoundTripTheForestOfOtherTraffic) {
  Model model = small_model();
  ASSERT_FALSE(model.other_forest.trees.empty());
  const auto with = decode_sections(as_bytes(encode_sections(model)));
  ASSERT_TRUE(with) << with.error().message;
  EXPECT_EQ(with->other_forest, model.other_forest);
  model.other_forest.trees.clear();
  model.other_forest.leaf_shares.clear();
  const auto none = decode_sections(as_bytes(encode_sections(model)));
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_EQ(none->other_forest, model.other_forest);
}

TEST(ModelSections, RejectInvalidForestsOfOtherTraffic) {
  const auto why = [](auto&& change) {
    Model model = small_model();
    change(model.other_forest);
    return decoded(model);
  };
  EXPECT_EQ(why([](Forest& of) { of.trees[0] = {cut(1)}; }),
            "a tree is malformed");
  EXPECT_EQ(why([](Forest& of) {
              of.trees[0] = {{14, 1, 2}, leaf(0), leaf(0)};
            }),
            "a tree node is invalid");
  EXPECT_EQ(why([](Forest& of) { of.leaf_shares.back() = 1.5F; }),
            "a share is out of range");
  EXPECT_EQ(why([](Forest& of) { of.leaf_shares.pop_back(); }),
            "its leaves do not match its apps")
      << "two shares per leaf";
}

TEST(ModelSections, RejectInvalidUnknownScores) {
  const auto why = [](auto&& change) {
    Model model = small_model();
    change(model.weights[1].unknown);
    return decoded(model);
  };
  constexpr auto kNever = UnknownColumnId::kNamesNever;
  for (const double invalid : {-2e6, std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    const std::string coefficient =
        "a coefficient of the unknown score is out of range";
    EXPECT_EQ(why([&](UnknownModel& of) { of.bias = invalid; }), coefficient);
    EXPECT_EQ(why([&](UnknownModel& of) { of.weights[kNever] = invalid; }),
              coefficient);
    const std::string value = "a value of the unknown score is out of range";
    EXPECT_EQ(why([&](UnknownModel& of) { of.typical[kNever] = invalid; }),
              value);
    EXPECT_EQ(why([&](UnknownModel& of) { of.thresholds[99] = invalid; }),
              value);
  }
}

TEST(ModelSections, RejectKnownRowsOutOfOrder) {
  const auto why = [](std::vector<std::uint32_t> hashes) {
    Model model = small_model();
    model.known_rows = KnownRows::of_hashes(std::move(hashes));
    return decoded(model);
  };
  const std::string expected = "its known rows are not in order";
  EXPECT_EQ(why({}), "accepted");
  EXPECT_EQ(why({7}), "accepted");
  EXPECT_EQ(why({0, 7, UINT32_MAX}), "accepted");
  EXPECT_EQ(why({7, 0}), expected);
  EXPECT_EQ(why({0, 7, 7}), expected) << "listed twice";
  EXPECT_EQ(why({0, UINT32_MAX, 7}), expected);
}

// A number of known rows that the section cannot hold.
TEST(ModelSections, RejectMoreKnownRowsThanThereAreBytes) {
  Model model = small_model();
  model.known_rows = KnownRows::of_hashes({0x01020304, 0x7a7b7c7d});
  std::string body = encode_sections(model);
  const std::size_t at =
      body.find(std::string("\x02\0\0\0\x04\x03\x02\x01", 8));
  ASSERT_NE(at, std::string::npos);
  for (const std::string& count :
       {std::string("\x03\0\0\0", 4), std::string("\xff\xff\xff\x7f"),
        std::string("\xff\xff\xff\xff")}) {
    body.replace(at, 4, count);
    EXPECT_FALSE(decode_sections(as_bytes(body)));
  }
  body.replace(at, 4, std::string("\x01\0\0\0", 4));
  EXPECT_FALSE(decode_sections(as_bytes(body))) << "four bytes are left over";
}

TEST(ModelSections, RejectInvalidErrorTargets) {
  for (const double invalid : {-0.1, 1.1, std::nan("")}) {
    Model floor = small_model();
    floor.weights[2].error_targets[99].floor = invalid;
    EXPECT_EQ(decoded(floor), "an error target is out of range") << invalid;
    Model coverage = small_model();
    coverage.weights[2].error_targets[0].coverage = invalid;
    EXPECT_EQ(decoded(coverage), "an error target is out of range") << invalid;
  }
}

TEST(ModelSections, RejectInvalidNameCounts) {
  for (const float invalid : {-1.0f, 1e7f, std::nanf("")}) {
    Model model = small_model();
    model.names = NameTable::of({{"a.example", {1, invalid, 1}}});
    EXPECT_EQ(decoded(model), "a name count is invalid") << invalid;
  }
}

TEST(ModelSections, RejectDuplicateNames) {
  Model model = small_model();
  model.names =
      NameTable::of({{"a.example", {1, 2, 3}}, {"b.example", {1, 2, 3}}});
  std::string body = encode_sections(model);
  const std::size_t second = body.find("b.example");
  ASSERT_NE(second, std::string::npos);
  body[second] = 'a';
  const auto read = decode_sections(as_bytes(body));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "a name is listed twice");
}

// The numbers are part of the file format.
TEST(ModelSections, AreNumberedInFileOrder) {
  const std::string body = encode_sections(small_model());
  ByteReader reader(as_bytes(body), ByteOrder::kLittle);
  std::uint32_t sections = 0;
  while (reader.ok() && reader.left() > 0) {
    EXPECT_EQ(reader.u32(), ++sections);
    reader.skip(static_cast<std::size_t>(reader.u64()));
  }
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(sections, 13u);
}

TEST(ModelSections, RoundTripAmbiguousGroups) {
  const Model model = small_model();
  const auto read = decode_sections(as_bytes(encode_sections(model)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->ambiguity.groups(), model.ambiguity.groups());
  EXPECT_EQ(read->ambiguity.groups().size(), 3U);
}

TEST(ModelSections, RejectInvalidAmbiguousGroups) {
  const auto why = [](std::string key, AmbiguousGroup group) {
    Model model = small_model();
    model.ambiguity = AmbiguityTable({{std::move(key), std::move(group)}});
    return decoded(model);
  };
  EXPECT_EQ(why("TCP 80", {{0, 2}, 5, 1}), "accepted");
  EXPECT_EQ(why("TCP 80", {{0, 3}, 5, 1}),
            "an ambiguous group names an unknown app");
  const std::string few = "an ambiguous group has fewer than two apps";
  EXPECT_EQ(why("TCP 80", {{2, 2}, 5, 1}), few);
  EXPECT_EQ(why("TCP 80", {{2, 1}, 5, 1}), few) << "out of their order";
  EXPECT_EQ(why("TCP 80 or so", {{1}, 5, 1}), few);
  EXPECT_EQ(why("", {{0, 2}, 5, 1}), "an ambiguous group has no key");
  for (const double invalid : {-0.1, 1.1, std::nan("")}) {
    EXPECT_EQ(why("TCP 80", {{0, 2}, 5, invalid}), "a share is out of range");
  }
}

TEST(ModelSections, RejectInvalidLeafWeights) {
  for (const float invalid : {-1.0f, 1e13f, std::nanf("")}) {
    EXPECT_EQ(decoded(with_tree({{TreeNode::kLeaf, invalid, 0}})),
              "a tree node is invalid");
  }
}

TEST(ModelSections, RejectInvalidFeatureProfiles) {
  Model sign = small_model();
  sign.feature_profile.signs[3] = std::nanf("");
  EXPECT_EQ(decoded(sign), "a share is out of range");
  Model from = small_model();
  from.feature_profile.attractors[0].from = 3;
  EXPECT_EQ(decoded(from), "an attractor names an unknown app");
  Model column = small_model();
  column.feature_profile.attractors[0].signs = {{14, 0.5f, 1}};
  EXPECT_EQ(decoded(column), "an attractor has an invalid sign");
  Model pull = small_model();
  pull.feature_profile.attractors[0].signs = {{0, std::nanf(""), 1}};
  EXPECT_EQ(decoded(pull), "an attractor has an invalid sign");
}

TEST(ModelSections, RejectInvalidExamples) {
  Model capture = small_model();
  capture.examples.flows[0].capture = 99;
  EXPECT_EQ(decoded(capture), "an example names an unknown capture");
  Model value = small_model();
  value.examples.values[5] = std::nanf("");
  EXPECT_EQ(decoded(value), "an example value is invalid");
}

TEST(ModelSections, RejectInvalidScores) {
  const auto why = [](auto&& change) {
    Model model = small_model();
    change(model);
    return decoded(model);
  };
  for (const double invalid : {-1.5, 1.5, std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    const std::string importance = "an importance is out of range";
    EXPECT_EQ(why([&](Model& of) { of.importance[0].impurity = invalid; }),
              importance)
        << invalid;
    EXPECT_EQ(
        why([&](Model& of) { of.importance.back().permutation = invalid; }),
        importance)
        << invalid;
    const std::string accuracy = "an accuracy is out of range";
    EXPECT_EQ(why([&](Model& of) { of.out_of_bag_accuracy = invalid; }),
              accuracy)
        << invalid;
    EXPECT_EQ(
        why([&](Model& of) { of.held_out_score->score.accuracy = invalid; }),
        accuracy)
        << invalid;
    EXPECT_EQ(why([&](Model& of) {
                of.held_out_score->score.balanced_accuracy = invalid;
              }),
              accuracy)
        << invalid;
  }
}

TEST(ModelSections, RejectConfusionsOfUnknownApps) {
  Model model = small_model();
  model.held_out_score->confusions.push_back({0, 3, 1});
  EXPECT_EQ(decoded(model), "a confusion names an unknown app");
}

TEST(ModelSections, RejectEveryTruncation) {
  const std::string body = encode_sections(small_model());
  for (std::size_t size = 0; size < body.size(); ++size) {
    ASSERT_FALSE(decode_sections(as_bytes(body).first(size))) << size;
  }
}

TEST(ModelSections, RejectTrailingData) {
  EXPECT_FALSE(decode_sections(as_bytes(encode_sections(small_model()) + "x")));
}

// Accepted models must be safe to use.
void use(const Model& model) {
  const CompiledForest compiled(model.forest);
  std::vector<float> row(model.columns.size(), 1);
  std::vector<double> plain(model.apps.size());
  std::vector<double> fast(model.apps.size());
  model.forest.predict(row, plain);
  compiled.predict(row, fast);
  ASSERT_EQ(fast, plain);
  if (!model.other_forest.trees.empty()) {
    std::vector<double> two(2);
    CompiledForest(model.other_forest).predict(row, two);
    ASSERT_TRUE(two[1] >= 0 && two[1] <= 1) << two[1];
  }
  model.known_rows.contains(row);
  UnknownColumns columns;
  columns.values.fill(1);
  for (const EvidenceWeights& weights : model.weights) {
    const double score = weights.unknown.score(columns);
    ASSERT_TRUE(score >= 0 && score <= 1) << score;
    const double threshold = weights.unknown.threshold(0.05);
    ASSERT_TRUE(threshold >= 0 && threshold <= 1) << threshold;
  }
  const auto again = decode_sections(as_bytes(encode_sections(model)));
  ASSERT_TRUE(again);
}

TEST(ModelSections, StaySafeIfAnyByteChanges) {
  std::string body = encode_sections(small_model());
  std::size_t accepted = 0;
  for (std::size_t at = 0; at < body.size(); ++at) {
    const char before = body[at];
    for (const int value : {0, 1, 2, 0x7f, 0x80, 0xff, before ^ 1}) {
      body[at] = static_cast<char>(value);
      if (const auto model = decode_sections(as_bytes(body))) {
        ++accepted;
        use(*model);
      }
    }
    body[at] = before;
  }
  EXPECT_GT(accepted, 0u) << "a changed name or threshold is still valid";
}

TEST(ModelSections, StaySafeIfAnyLengthIsHuge) {
  const std::string body = encode_sections(small_model());
  for (std::size_t at = 0; at + 8 <= body.size(); ++at) {
    for (const std::size_t width : {4u, 8u}) {
      std::string malformed = body;
      malformed.replace(at, width, std::string(width, '\xff'));
      if (const auto model = decode_sections(as_bytes(malformed))) use(*model);
    }
  }
}

}  // namespace
}  // namespace flowtell
