// SPDX-License-Identifier: Apache-2.0
//
// Models with a support vector machine: round trips, and malicious content.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "model/model_sections.h"
#include "support/samples.h"

namespace flowtell {
namespace {

std::string read_back(const Model& model) {
  const auto read = decode_sections(as_bytes(encode_sections(model)));
  return read ? "accepted" : read.error().message;
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

std::string decoded_with(void (*change)(Svm&)) {
  Model model = svm_model();
  change(*model.svm);
  return read_back(model);
}

TEST(SvmSection, RoundTripASupportVectorMachine) {
  const Model model = svm_model();
  const std::string bytes = encode_sections(model);
  const auto read = decode_sections(as_bytes(bytes));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->svm, model.svm);
  EXPECT_EQ(encode_sections(*read), bytes);
}

TEST(SvmSection, RejectInvalidSupportVectorMachines) {
  Model both = svm_model();
  both.forest = small_model().forest;
  EXPECT_EQ(read_back(both), "it has trees and vectors");
  const std::string scale = "a column scale is invalid";
  const std::string app = "support vectors name an unknown app";
  const std::string vector = "a vector is out of range";
  const auto why = decoded_with;
  EXPECT_EQ(why([](Svm& svm) { svm.gamma = 0; }), "its kernel is invalid");
  EXPECT_EQ(why([](Svm& svm) { svm.gamma = NAN; }), "its kernel is invalid");
  EXPECT_EQ(why([](Svm& svm) { svm.gamma = 1.5; }), "its kernel is invalid");
  EXPECT_EQ(why([](Svm& svm) { svm.means[0] = NAN; }), scale);
  EXPECT_EQ(why([](Svm& svm) { svm.means[0] = HUGE_VALF; }), scale);
  EXPECT_EQ(why([](Svm& svm) { svm.scales[1] = -1; }), scale);
  EXPECT_EQ(why([](Svm& svm) { svm.scales[1] = NAN; }), scale);
  EXPECT_EQ(why([](Svm& svm) { svm.trained[0] = 3; }), app);
  EXPECT_EQ(why([](Svm& svm) { svm.trained[0] = svm.trained[1]; }), app);
  EXPECT_EQ(why([](Svm& svm) { svm.vectors_of[1] = 0; }),
            "an app has no support vectors");
  EXPECT_EQ(why([](Svm& svm) { svm.vectors[3] = NAN; }), vector);
  EXPECT_EQ(why([](Svm& svm) { svm.factors[3] = HUGE_VAL; }), vector);
  EXPECT_EQ(why([](Svm& svm) { svm.biases[0] = -1e31; }), vector);
  EXPECT_EQ(why([](Svm& svm) {
              svm.trained.clear();
              svm.vectors_of.clear();
            }),
            "it has no support vectors");
}

TEST(SvmSection, RejectMismatchedVectorCounts) {
  const std::string cut = "a section is cut short";
  const auto why = decoded_with;
  EXPECT_EQ(why([](Svm& svm) { ++svm.vectors_of[2]; }), cut);
  EXPECT_EQ(why([](Svm& svm) { svm.vectors_of.assign(3, UINT32_MAX); }), cut);
  EXPECT_EQ(why([](Svm& svm) {  // 2^32 too many: 0 in 32 bits
              svm.vectors_of[0] += 1u << 31;
              svm.vectors_of[1] += 1u << 31;
            }),
            cut);
  EXPECT_EQ(why([](Svm& svm) { svm.biases.pop_back(); }), cut);
  EXPECT_EQ(why([](Svm& svm) { svm.biases.push_back(0); }),
            "a section is too long");
}

// Any changed byte is rejected or predicts valid shares.
TEST(SvmSection, PredictSafelyWithAnyAcceptedSupportVectorMachine) {
  const Model model = svm_model();
  std::string bytes = encode_sections(model);
  Model forest = svm_model();
  forest.svm.reset();
  const std::string without = encode_sections(forest);
  const auto begin = static_cast<std::size_t>(
      std::ranges::mismatch(without, bytes).in1 - without.begin());
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

}  // namespace
}  // namespace flowtell
