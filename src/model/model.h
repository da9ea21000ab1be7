// SPDX-License-Identifier: Apache-2.0
//
// The result of training: what `train` writes and `classify` needs.
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
#include "model/known_rows.h"
#include "model/name_table.h"
#include "model/svm.h"

namespace flowtell {

class Anonymiser;

// Accuracy with all flows classified and none unknown, from 0 to 1.
struct Score {
  double accuracy = 0;
  double balanced_accuracy = 0;  // mean recall of the apps

  bool operator==(const Score&) const = default;
};

// How many flows of one app were classified as `named`.
struct Confusion {
  AppId app = 0;
  AppId named = 0;
  std::uint64_t flows = 0;

  bool operator==(const Confusion&) const = default;
};

// The model's cross-validated score: of models trained like it, each tested on
// captures that it was not trained on.
struct HeldOutScore {
  Score score;
  std::string split;  // "by-capture"
  std::uint32_t folds = 0;
  std::vector<Confusion> confusions;  // nonzero ones, by app and named

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

  // The features of a row: sets of feature_sets() by name, their columns, and
  // the FeatureList::identity of the training program.
  std::vector<std::string> feature_sets;
  std::vector<std::string> columns;
  std::string feature_identity;

  // How packets are grouped into flows.
  FlowKey flow_key = FlowKey::kFiveTuple;
  Duration burst_gap = std::chrono::seconds(1);
  Duration burst_limit = kDefaultBurstLimit;

  // With a support vector machine the forest has no trees, importances and
  // signs are 0, and there are no examples.
  Forest forest;
  std::optional<Svm> svm;
  NameTable names;
  KnownRows known_rows;  // of the training flows
  // Votes for "trained app" or "other traffic" (model/other_traffic.h); without
  // trees if there was no other traffic.
  Forest other_forest;
  AmbiguityTable ambiguity;
  WeightTable weights;                       // by index_of(kinds in use)
  std::vector<ColumnImportance> importance;  // by column
  double out_of_bag_accuracy = 0;
  FeatureProfile feature_profile;
  Examples examples;  // may be empty
  // The training flows, to train further; its captures are `captures`. Absent
  // if it was trained without one.
  std::optional<Dataset> table;
  std::optional<HeldOutScore> held_out_score;

  // How it was trained, and on which captures.
  std::string trained_by;  // the program's version
  std::uint64_t seed = 0;
  bool balance_apps = true;
  std::vector<CaptureRecord> captures;

  // The features to measure. Fails if this program defines them differently
  // from the program that trained the model.
  Result<FeatureList> features() const;
};

// The version of this program, such as "0.1.0".
std::string program_version();

// The two functions put pseudonyms in place of captures and names
// (decode/anonymiser.h), for reports.
//
// Replaces paths and groups. Hashes are cleared: they would show that a known
// capture was among these.
void anonymise(std::vector<CaptureRecord>& captures,
               const Anonymiser& anonymiser);

// Replaces the captures and the servers of ambiguous flows. The name table
// keeps the real names, so use the result for reports only.
void anonymise(Model& model, Anonymiser& anonymiser);

}  // namespace flowtell
