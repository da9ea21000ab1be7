// SPDX-License-Identifier: Apache-2.0
//
// Trains the scorers of a model and scores datasets with them: the forest (or
// the support vector machine) for a flow's shape, and the name table for its
// server's name. device_filter.h combines the scores.
#pragma once

#include <optional>
#include <span>

#include "classify/device_filter.h"
#include "learn/cross_validation.h"
#include "model/known_rows.h"
#include "model/model.h"
#include "model/name_table.h"
#include "model/svm.h"

namespace flowtell {

struct Scorers {
  Forest forest;
  NameTable names;
  std::optional<Svm> svm;  // if present, the forest has no trees
  KnownRows known_rows;
  Forest other_forest;  // without trees if the data has no others
};

// Tells the rows of `data` from its others.
Forest build_other_forest(const Dataset& data, const ForestOptions& options);

// The scorers of a model.
Scorers scorers_of(const Model& model);

Scorers train_scorers(const Dataset& data, const ShapeOptions& options);

// The scores of a dataset's rows.
struct DatasetScores {
  DatasetScores() = default;
  DatasetScores(std::size_t apps, std::size_t rows)
      : shape(apps, rows),
        name(apps, rows),
        names(rows),
        unlike(rows),
        other(rows) {}

  // Copies row i of `from` to row rows[i].
  void put(std::span<const std::uint32_t> rows, const DatasetScores& from);

  Probabilities shape;
  Probabilities name;
  std::vector<NameEvidence> names;   // one per row, with `name`
  std::vector<std::uint8_t> unlike;  // one per row: not among the known rows
  std::vector<double> other;         // one per row: share of other traffic
};

// Scores the names of all rows.
void score_names(const NameTable& names, const Dataset& data,
                 DatasetScores& all);

DatasetScores score(const Scorers& scorers, const Dataset& data, int threads);

// Scores each row with scorers trained on the other folds' rows.
DatasetScores score_held_out(const Dataset& data,
                             std::span<const std::uint32_t> folds,
                             const ShapeOptions& options);

// Options for one of `parts` equal parts of the work, which reports its
// progress as that of the whole.
ShapeOptions part_of(const ShapeOptions& options, std::size_t part,
                     std::size_t parts);

}  // namespace flowtell
