// SPDX-License-Identifier: Apache-2.0
//
// Cross-validation: predicts flows with forests not trained on them.
//
// Folds are assigned by capture, not by flow. Flows of one capture are similar,
// so a forest trained on some of them recognises the others, and a split by
// flow measures memory instead of generalisation. (`--split by-flow` exists to
// show how much it overstates accuracy.)
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "learn/forest_builder.h"
#include "model/dataset.h"

namespace flowtell {

// How the shape scorer is trained: the learner and its options. A support
// vector machine uses the forest options that do not concern trees:
// balance_apps, threads and progress.
enum class Learner { kForest, kSvm };

inline constexpr std::array<std::string_view, 2> kLearnerNames = {"forest",
                                                                  "svm"};

struct ShapeOptions : ForestOptions {
  Learner learner = Learner::kForest;
};

// Called from any thread with the step at hand and how much of it is done.
using StepReport = std::function<void(std::string_view step, std::size_t done,
                                      std::size_t total)>;

// Options for one step, whose progress goes to `report`, if there is one.
// REQUIRES: the text of `step` outlives the options.
ShapeOptions with_progress(ShapeOptions options, const StepReport& report,
                           std::string_view step);

// What must stay together in one fold.
enum class Split { kByCapture, kByGroup, kByFlow };

inline constexpr std::array<std::string_view, 3> kSplitNames = {
    "by-capture", "by-group", "by-flow"};

constexpr std::string_view split_name(Split split) {
  return kSplitNames[static_cast<std::size_t>(split)];
}

struct CrossValidationOptions {
  Split split = Split::kByCapture;
  std::size_t folds = 5;
  ShapeOptions forest;  // its seed also assigns the folds
};

// Returns, by row, the fold that tests it. Each app's captures (groups, flows)
// go to the folds in turn, in a seeded random order, so every fold gets its
// part of every app. There are never more folds than captures (groups, flows).
std::vector<std::uint32_t> assign_folds(const Dataset& data,
                                        const CrossValidationOptions& options);

// The number of folds. Cross-validation needs at least two.
std::size_t count_folds(std::span<const std::uint32_t> folds);

// The rows of one fold, and those of all others.
struct FoldRows {
  std::vector<std::uint32_t> train;  // the other folds
  std::vector<std::uint32_t> test;   // this fold
};

// Calls `call` for each fold with both training and test rows.
void for_each_fold(
    std::span<const std::uint32_t> folds,
    const std::function<void(const FoldRows&, std::uint32_t fold)>& call);

// The rows whose app some other fold has, too. The others are of apps with one
// capture (group, flow): nothing was trained on their app where they are
// tested, so they say nothing about accuracy. All rows if nothing is held out
// (`folds` is empty).
std::vector<std::uint32_t> testable_rows(const Dataset& data,
                                         std::span<const std::uint32_t> folds);

// A matrix of probabilities: one row per flow, one column per app.
struct Probabilities {
  Probabilities() = default;
  Probabilities(std::size_t columns, std::size_t rows)
      : apps(columns), values(columns * rows) {}

  std::size_t apps = 0;
  std::vector<double> values;

  std::span<const double> row(std::size_t i) const {
    return std::span(values).subspan(i * apps, apps);
  }
  std::span<double> row(std::size_t i) {
    return std::span(values).subspan(i * apps, apps);
  }
  // The given rows, in the given order.
  Probabilities select(std::span<const std::uint32_t> rows) const;
  // Copies row i of `from` to row rows[i].
  void put(std::span<const std::uint32_t> rows, const Probabilities& from);
};

// Predicts all rows with one forest.
Probabilities predict_all(const Forest& forest, const Dataset& data,
                          int threads);

}  // namespace flowtell
