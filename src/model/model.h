// SPDX-License-Identifier: Apache-2.0
//
// All that is learned, and how: what `train` makes and `classify` needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "features/feature_list.h"
#include "flow/flow_options.h"
#include "model/ambiguity_table.h"
#include "model/dataset.h"
#include "model/evidence.h"
#include "model/examples.h"
#include "model/feature_profile.h"
#include "model/forest.h"
#include "model/name_table.h"
#include "model/svm.h"

namespace flowtell {

// How good a learner is, all flows judged and none called unknown; shares of 1.
struct Score {
  double accuracy = 0;
  double balanced_accuracy = 0;  // the mean of the apps' recalls

  bool operator==(const Score&) const = default;
};

// How often flows of one app were named another, or rightly.
struct Confusion {
  AppId app = 0;
  AppId named = 0;
  std::uint64_t flows = 0;

  bool operator==(const Confusion&) const = default;
};

// The model's own honest score: of models like it, each judged on captures
// that it was not taught.
struct HeldOutScore {
  Score score;
  std::string split;  // "by-capture"
  std::uint32_t folds = 0;
  std::vector<Confusion> confusions;  // those that happened, by app and named

  bool operator==(const HeldOutScore&) const = default;
};

struct ColumnImportance {
  double impurity = 0;     // see BuiltForest
  double permutation = 0;  // see permutation_importance

  bool operator==(const ColumnImportance&) const = default;
};

struct Model {
  std::vector<std::string> apps;  // by AppId
  std::vector<std::uint64_t> flows_per_app;

  // What a row is: sets of feature_sets() by name, their columns, and the
  // FeatureList::identity of the program that taught it.
  std::vector<std::string> feature_sets;
  std::vector<std::string> columns;
  std::string feature_identity;

  // What a flow is.
  FlowKey flow_key = FlowKey::kFiveTuple;
  Duration burst_gap = std::chrono::seconds(1);

  // With a support vector machine the forest has no trees, and what follows
  // from trees is empty: importance and signs are 0, and there are no examples.
  Forest forest;
  std::optional<Svm> svm;
  NameTable names;
  AmbiguityTable ambiguity;
  WeightTable weights;  // by place_of the kinds of evidence in use
  std::vector<ColumnImportance> importance;  // by column
  double out_of_bag_accuracy = 0;
  FeatureProfile feature_profile;
  Examples examples;  // none: they were not to be kept
  std::optional<HeldOutScore> honest;

  // How and on what it was trained.
  std::string trained_by;  // the program's version
  std::uint64_t seed = 0;
  std::vector<CaptureRecord> captures;

  // The features to measure for it. Fails where this program's definitions are
  // not those it was taught with.
  Result<FeatureList> features() const;
};

// The program's own version, "0.1.0".
std::string program_version();

}  // namespace flowtell
