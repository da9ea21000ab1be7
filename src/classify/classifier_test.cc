// SPDX-License-Identifier: Apache-2.0
#include "classify/classifier.h"

#include <gtest/gtest.h>

#include <string>

#include "model/model_file.h"
#include "support/samples.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

Model model_with_other_features() {
  Model model = small_model();
  model.feature_identity += "more";
  return model;
}

TEST(Classifier, RejectsAModelWithOtherFeatures) {
  const auto classifier = Classifier::make(model_with_other_features(), {}, {});
  ASSERT_FALSE(classifier);
  EXPECT_EQ(classifier.error().kind, ErrorKind::kIncompatibleFeatures);
}

TEST(LoadClassifier, LoadsAModel) {
  const TemporaryFolder folder;
  const std::string path = folder.put("a.model", *encode_model(small_model()));
  const auto classifier = load_classifier(path, kShape, {});
  ASSERT_TRUE(classifier);
  EXPECT_EQ(classifier->model().apps, small_model().apps);
  EXPECT_EQ(classifier->kinds(), kShape);
}

TEST(LoadClassifier, NamesAnAbsentModel) {
  const TemporaryFolder folder;
  const auto classifier = load_classifier(folder / "none", {}, {});
  ASSERT_FALSE(classifier);
  EXPECT_NE(classifier.error().message.find(folder / "none"),
            std::string::npos);
}

TEST(LoadClassifier, NamesAnUnusableModel) {
  const TemporaryFolder folder;
  const std::string path =
      folder.put("a.model", *encode_model(model_with_other_features()));
  const auto classifier = load_classifier(path, {}, {});
  ASSERT_FALSE(classifier);
  EXPECT_TRUE(classifier.error().message.starts_with("cannot use " + path +
                                                     ": this program "))
      << classifier.error().message;
}

}  // namespace
}  // namespace flowtell
