// SPDX-License-Identifier: Apache-2.0
//
// Models made to do harm: their checksum is right and their lengths fit, but
// what they say cannot be.
#include "model/model_sections.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "model/compiled_forest.h"
#include "support/samples.h"

namespace flowtell {
namespace {

std::string why_refused(const Model& model) {
  const auto read = decode_sections(as_bytes(encode_sections(model)));
  return read ? "taken" : read.error().message;
}

TreeNode leaf(std::uint32_t row) { return {TreeNode::kLeaf, 0, row}; }
TreeNode cut(std::uint32_t right) { return {0, 1.5f, right}; }

Model with_tree(const Tree& tree) {
  Model model = small_model();
  model.forest.trees[1] = tree;
  return model;
}

TEST(ModelSections, TakeSoundTrees) {
  EXPECT_EQ(why_refused(with_tree({leaf(0)})), "taken");
  EXPECT_EQ(why_refused(with_tree({cut(2), leaf(0), leaf(1)})), "taken");
  EXPECT_EQ(why_refused(with_tree({cut(4), cut(3), leaf(0), leaf(1), leaf(2)})),
            "taken");
}

TEST(ModelSections, RefuseTreesThatAreNoTrees) {
  const std::vector<Tree> hostile = {
      {},                                           // nothing
      {cut(1)},                                     // no children
      {cut(2), leaf(0)},                            // no right child
      {cut(0), leaf(0), leaf(0)},                   // a ring
      {cut(1), leaf(0), leaf(0)},                   // one child, twice
      {cut(3), leaf(0), leaf(0)},                   // a child outside
      {cut(UINT32_MAX), leaf(0), leaf(0)},          // far outside
      {leaf(0), leaf(1)},                           // a node of no one
      {cut(2), leaf(0), leaf(1), leaf(0)},          // the same, at the end
      {cut(4), cut(4), leaf(0), leaf(1), leaf(2)},  // a shared child
      {cut(3), cut(4), leaf(0), leaf(1), leaf(2)},  // crossed children
      {cut(2), cut(4), leaf(0), leaf(1), leaf(2)},  // a child's child
      {cut(4), cut(3), leaf(0), cut(0), leaf(2), leaf(1)},  // back to the root
  };
  for (std::size_t i = 0; i < hostile.size(); ++i) {
    EXPECT_EQ(why_refused(with_tree(hostile[i])), "a tree is no tree") << i;
  }
}

// Walks a tree from a node in pre-order, left child first, counting the nodes;
// false where a node is not the next of the list.
bool walk(const Tree& tree, std::size_t at, std::size_t& next) {
  if (at != next || at >= tree.size()) return false;
  ++next;
  return tree[at].is_leaf() ||
         (walk(tree, at + 1, next) && walk(tree, tree[at].next, next));
}

TEST(ModelSections, TakeExactlyTheSmallTreesThatCanBeWalked) {
  Model model = small_model();
  model.forest.trees.resize(1);
  std::size_t taken = 0;
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
      ASSERT_EQ(why_refused(model) == "taken", is_tree)
          << "tree " << number << " of " << size << " nodes";
      taken += is_tree ? 1u : 0u;
    }
  }
  EXPECT_EQ(taken, 1u + 1u + 2u);  // the binary trees of 1, 3 and 5 nodes
}

TEST(ModelSections, RefuseNodesThatNameWhatIsNotThere) {
  const std::string due = "a tree names what is not there";
  const Model model = small_model();
  const auto leaves = static_cast<std::uint32_t>(
      model.forest.leaf_shares.size() / model.apps.size());
  EXPECT_EQ(why_refused(with_tree({leaf(leaves - 1)})), "taken");
  EXPECT_EQ(why_refused(with_tree({leaf(leaves)})), due);
  EXPECT_EQ(why_refused(with_tree({leaf(UINT32_MAX)})), due);
  const auto columns = static_cast<std::uint16_t>(model.columns.size());
  EXPECT_EQ(why_refused(with_tree({{columns, 1, 2}, leaf(0), leaf(0)})), due);
  for (const float odd : {std::numeric_limits<float>::quiet_NaN(),
                          std::numeric_limits<float>::infinity()}) {
    EXPECT_EQ(why_refused(with_tree({{0, odd, 2}, leaf(0), leaf(0)})), due);
  }
}

TEST(ModelSections, RefuseSharesThatAreNone) {
  for (const float odd : {-0.5f, 1.5f, std::nanf("")}) {
    Model model = small_model();
    model.forest.leaf_shares.back() = odd;
    EXPECT_EQ(why_refused(model), "a share is no share");
  }
}

TEST(ModelSections, RefuseLeavesThatDoNotFitTheApps) {
  Model model = small_model();
  model.forest.leaf_shares.push_back(0.5f);
  EXPECT_EQ(why_refused(model), "its leaves do not fit its apps");
  model.forest.leaf_shares.resize(3);
  EXPECT_EQ(why_refused(model), "its leaves do not fit its apps");
}

TEST(ModelSections, RefuseAModelOfNothing) {
  Model no_apps = small_model();
  no_apps.apps.clear();
  EXPECT_EQ(why_refused(no_apps), "it has no apps");
  Model no_trees = small_model();
  no_trees.forest.trees.clear();
  EXPECT_EQ(why_refused(no_trees), "it has no trees");
  Model no_columns = small_model();
  no_columns.columns.clear();
  EXPECT_EQ(why_refused(no_columns), "it has no columns");
}

Model svm_model() {
  Model model = small_model();
  model.forest.trees.clear();
  model.forest.leaf_shares.clear();
  RandomTable table;
  table.columns = model.columns.size();
  table.telling = false;
  model.svm = build_svm(random_table(1, table), {});
  return model;
}

std::string why_refused_with(void (*spoil)(Svm&)) {
  Model model = svm_model();
  spoil(*model.svm);
  return why_refused(model);
}

TEST(ModelSections, KeepASupportVectorMachine) {
  const Model model = svm_model();
  const std::string bytes = encode_sections(model);
  const auto read = decode_sections(as_bytes(bytes));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->svm, model.svm);
  EXPECT_EQ(encode_sections(*read), bytes);
}

TEST(ModelSections, RefuseSupportVectorMachinesThatAreNone) {
  Model both = svm_model();
  both.forest = small_model().forest;
  EXPECT_EQ(why_refused(both), "it has trees and vectors");
  const std::string scale = "a column has no scale";
  const std::string app = "vectors are of an app that is not there";
  const std::string vector = "a vector is no vector";
  const auto why = why_refused_with;
  EXPECT_EQ(why([](Svm& svm) { svm.gamma = 0; }), "its kernel is none");
  EXPECT_EQ(why([](Svm& svm) { svm.gamma = NAN; }), "its kernel is none");
  EXPECT_EQ(why([](Svm& svm) { svm.gamma = 1.5; }), "its kernel is none");
  EXPECT_EQ(why([](Svm& svm) { svm.means[0] = NAN; }), scale);
  EXPECT_EQ(why([](Svm& svm) { svm.means[0] = HUGE_VALF; }), scale);
  EXPECT_EQ(why([](Svm& svm) { svm.scales[1] = -1; }), scale);
  EXPECT_EQ(why([](Svm& svm) { svm.scales[1] = NAN; }), scale);
  EXPECT_EQ(why([](Svm& svm) { svm.trained[0] = 3; }), app);
  EXPECT_EQ(why([](Svm& svm) { svm.trained[0] = svm.trained[1]; }), app);
  EXPECT_EQ(why([](Svm& svm) { svm.vectors_of[1] = 0; }),
            "an app has no vectors");
  EXPECT_EQ(why([](Svm& svm) { svm.vectors[3] = NAN; }), vector);
  EXPECT_EQ(why([](Svm& svm) { svm.factors[3] = HUGE_VAL; }), vector);
  EXPECT_EQ(why([](Svm& svm) { svm.biases[0] = -1e31; }), vector);
  EXPECT_EQ(why([](Svm& svm) {
              svm.trained.clear();
              svm.vectors_of.clear();
            }),
            "it has no vectors");
}

TEST(ModelSections, RefuseCountsOfVectorsThatDoNotFit) {
  const std::string cut = "a section is cut short";
  const auto why = why_refused_with;
  EXPECT_EQ(why([](Svm& svm) { ++svm.vectors_of[2]; }), cut);
  EXPECT_EQ(why([](Svm& svm) { svm.vectors_of.assign(3, UINT32_MAX); }), cut);
  EXPECT_EQ(why([](Svm& svm) {  // 2^32 too many: not one, to 32 bits
              svm.vectors_of[0] += 1u << 31;
              svm.vectors_of[1] += 1u << 31;
            }),
            cut);
  EXPECT_EQ(why([](Svm& svm) { svm.biases.pop_back(); }), cut);
  EXPECT_EQ(why([](Svm& svm) { svm.biases.push_back(0); }),
            "a section is too long");
}

// Whatever stands at a place: refused, or judged without harm.
TEST(ModelSections, JudgeSafelyByAnySupportVectorMachineTaken) {
  const Model model = svm_model();
  std::string bytes = encode_sections(model);
  Model forest = svm_model();
  forest.svm.reset();
  const std::size_t begin = encode_sections(forest).size() - 1;
  const std::vector<float> row(model.columns.size(), 3e38F);
  std::vector<double> shares(model.apps.size());
  for (std::size_t at = begin; at < bytes.size(); ++at) {
    for (const int mask : {0x01, 0x80, 0xff}) {
      bytes[at] = static_cast<char>(bytes[at] ^ mask);
      const auto read = decode_sections(as_bytes(bytes));
      bytes[at] = static_cast<char>(bytes[at] ^ mask);
      if (!read) continue;
      read->svm->predict(row, shares);
      for (const double share : shares) {
        ASSERT_TRUE(share >= 0 && share <= 1) << "byte " << at;
      }
    }
  }
}

TEST(ModelSections, RefuseCapturesOfAppsThatAreNotThere) {
  Model model = small_model();
  model.captures[1].app = 3;
  EXPECT_EQ(why_refused(model), "a capture is of an app that is not there");
}

TEST(ModelSections, RefuseFlowsThatCannotBe) {
  Model gap = small_model();
  gap.burst_gap = Duration(-1);
  EXPECT_EQ(why_refused(gap), "its burst gap is impossible");
  gap.burst_gap = std::chrono::seconds(1'000'000);
  EXPECT_EQ(why_refused(gap), "taken");
  gap.burst_gap += Duration(1);
  EXPECT_EQ(why_refused(gap), "its burst gap is impossible");
  Model key = small_model();
  key.flow_key = static_cast<FlowKey>(3);
  EXPECT_EQ(why_refused(key), "its flow key is unknown");
}

TEST(ModelSections, RefuseWeightsThatAreNone) {
  for (const double odd : {-0.5, 10.5, std::nan(""), HUGE_VAL}) {
    Model shape = small_model();
    shape.weights[2].shape = odd;
    EXPECT_EQ(why_refused(shape), "a weight is no weight") << odd;
    Model name = small_model();
    name.weights.back().name = odd;
    EXPECT_EQ(why_refused(name), "a weight is no weight") << odd;
  }
}

TEST(ModelSections, RefuseWhatTellsOtherAppsOutOfBounds) {
  const auto why = [](auto&& spoil) {
    Model model = small_model();
    spoil(model.weights[1].novelty);
    return why_refused(model);
  };
  for (const double odd : {-1.0, std::nan(""), HUGE_VAL}) {
    const std::string due = "what tells other apps is out of bounds";
    EXPECT_EQ(why([&](Novelty& of) { of.prior = odd; }), due);
    EXPECT_EQ(why([&](Novelty& of) { of.shape[9] = odd; }), due);
    EXPECT_EQ(why([&](Novelty& of) { of.name[3] = odd; }), due);
  }
}

TEST(ModelSections, RefusePromisesThatAreNone) {
  for (const double odd : {-0.1, 1.1, std::nan("")}) {
    Model floor = small_model();
    floor.weights[2].error_targets[99].floor = odd;
    EXPECT_EQ(why_refused(floor), "a promise is no promise") << odd;
    Model coverage = small_model();
    coverage.weights[2].error_targets[0].coverage = odd;
    EXPECT_EQ(why_refused(coverage), "a promise is no promise") << odd;
  }
}

TEST(ModelSections, RefuseCountsOfNamesThatAreNone) {
  for (const float odd : {-1.0f, 1e7f, std::nanf("")}) {
    Model model = small_model();
    model.names = NameTable::of({{"a.example", {1, odd, 1}}});
    EXPECT_EQ(why_refused(model), "a count is no count") << odd;
  }
}

TEST(ModelSections, RefuseANameThatStandsThereTwice) {
  Model model = small_model();
  model.names =
      NameTable::of({{"a.example", {1, 2, 3}}, {"b.example", {1, 2, 3}}});
  std::string body = encode_sections(model);
  const std::size_t second = body.find("b.example");
  ASSERT_NE(second, std::string::npos);
  body[second] = 'a';
  const auto read = decode_sections(as_bytes(body));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "a name stands in it twice");
}

TEST(ModelSections, KeepGroupsThatAppsShare) {
  const Model model = small_model();
  const auto read = decode_sections(as_bytes(encode_sections(model)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->ambiguity.groups(), model.ambiguity.groups());
  EXPECT_EQ(read->ambiguity.groups().size(), 3U);
}

TEST(ModelSections, RefuseGroupsThatCannotBe) {
  const auto why = [](std::string key, AmbiguousGroup group) {
    Model model = small_model();
    model.ambiguity = AmbiguityTable({{std::move(key), std::move(group)}});
    return why_refused(model);
  };
  EXPECT_EQ(why("TCP 80", {{0, 2}, 5, 1}), "taken");
  EXPECT_EQ(why("TCP 80", {{0, 3}, 5, 1}),
            "flows are shared by an app that is not there");
  const std::string few = "flows are shared by less than two apps";
  EXPECT_EQ(why("TCP 80", {{2, 2}, 5, 1}), few);
  EXPECT_EQ(why("TCP 80", {{2, 1}, 5, 1}), few) << "out of their order";
  EXPECT_EQ(why("TCP 80 or so", {{1}, 5, 1}), few);
  EXPECT_EQ(why("", {{0, 2}, 5, 1}), "a group of flows has no name");
  for (const double odd : {-0.1, 1.1, std::nan("")}) {
    EXPECT_EQ(why("TCP 80", {{0, 2}, 5, odd}), "a share is no share");
  }
}

TEST(ModelSections, RefuseWeightsOfLeavesThatAreNone) {
  for (const float odd : {-1.0f, 1e13f, std::nanf("")}) {
    EXPECT_EQ(why_refused(with_tree({{TreeNode::kLeaf, odd, 0}})),
              "a tree names what is not there");
  }
}

TEST(ModelSections, RefuseInsightIntoWhatIsNotThere) {
  Model sign = small_model();
  sign.feature_profile.signs[3] = std::nanf("");
  EXPECT_EQ(why_refused(sign), "a share is no share");
  Model from = small_model();
  from.feature_profile.attractors[0].from = 3;
  EXPECT_EQ(why_refused(from), "an app is drawn to one that is not there");
  Model column = small_model();
  column.feature_profile.attractors[0].signs = {{14, 0.5f, 1}};
  EXPECT_EQ(why_refused(column), "an app is drawn by what is not there");
  Model pull = small_model();
  pull.feature_profile.attractors[0].signs = {{0, std::nanf(""), 1}};
  EXPECT_EQ(why_refused(pull), "an app is drawn by what is not there");
}

TEST(ModelSections, RefuseExamplesThatAreNone) {
  Model capture = small_model();
  capture.examples.flows[0].capture = 99;
  EXPECT_EQ(why_refused(capture),
            "an example is of a capture that is not there");
  Model value = small_model();
  value.examples.values[5] = std::nanf("");
  EXPECT_EQ(why_refused(value), "an example's value is none");
}

TEST(ModelSections, RefuseConfusionsOfAppsThatAreNotThere) {
  Model model = small_model();
  model.honest->confusions.push_back({0, 3, 1});
  EXPECT_EQ(why_refused(model), "a confusion is of an app that is not there");
}

TEST(ModelSections, RefuseEveryCut) {
  const std::string body = encode_sections(small_model());
  for (std::size_t size = 0; size < body.size(); ++size) {
    ASSERT_FALSE(decode_sections(as_bytes(body).first(size))) << size;
  }
}

TEST(ModelSections, RefuseWhatStandsBehindThem) {
  EXPECT_FALSE(decode_sections(as_bytes(encode_sections(small_model()) + "x")));
}

// What was taken must be of use without harm.
void use(const Model& model) {
  const CompiledForest compiled(model.forest);
  std::vector<float> row(model.columns.size(), 1);
  std::vector<double> plain(model.apps.size());
  std::vector<double> fast(model.apps.size());
  model.forest.predict(row, plain);
  compiled.predict(row, fast);
  ASSERT_EQ(fast, plain);
  const auto again = decode_sections(as_bytes(encode_sections(model)));
  ASSERT_TRUE(again);
}

TEST(ModelSections, DoNoHarmWhicheverByteIsChanged) {
  std::string body = encode_sections(small_model());
  std::size_t taken = 0;
  for (std::size_t at = 0; at < body.size(); ++at) {
    const char before = body[at];
    for (const int value : {0, 1, 2, 0x7f, 0x80, 0xff, before ^ 1}) {
      body[at] = static_cast<char>(value);
      if (const auto model = decode_sections(as_bytes(body))) {
        ++taken;
        use(*model);
      }
    }
    body[at] = before;
  }
  EXPECT_GT(taken, 0u) << "a changed name or threshold is a model all the same";
}

TEST(ModelSections, DoNoHarmWhicheverLengthIsHuge) {
  const std::string body = encode_sections(small_model());
  for (std::size_t at = 0; at + 8 <= body.size(); ++at) {
    for (const std::size_t width : {4u, 8u}) {
      std::string hostile = body;
      hostile.replace(at, width, std::string(width, '\xff'));
      if (const auto model = decode_sections(as_bytes(hostile))) use(*model);
    }
  }
}

}  // namespace
}  // namespace flowtell
