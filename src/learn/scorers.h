// SPDX-License-Identifier: Apache-2.0
//
// The witnesses to a flow's app: the forest (or the support vector machine in
// its place), which looks at its shape, and the name table, which knows its
// server's name. Here they are taught and heard; how their words are weighed
// stands in device_filter.h.
#pragma once

#include <optional>
#include <span>

#include "classify/device_filter.h"
#include "learn/cross_validation.h"
#include "learn/shape_options.h"
#include "model/name_table.h"
#include "model/svm.h"

namespace flowtell {

struct Scorers {
  Forest forest;
  NameTable names;
  std::optional<Svm> svm;  // then the forest has no trees
};

Scorers train_scorers(const Dataset& data, const ShapeOptions& options);

// What they say of a dataset's rows.
struct DatasetScores {
  DatasetScores() = default;
  DatasetScores(std::size_t apps, std::size_t rows)
      : shape(apps, rows), name(apps, rows), words(rows) {}

  // Puts the rows of `from`, in their order, at the places named.
  void put(std::span<const std::uint32_t> rows, const DatasetScores& from);

  Probabilities shape;
  Probabilities name;
  std::vector<NameEvidence> words;  // one a row
};

DatasetScores add(const Scorers& scorers, const Dataset& data, int threads);

// Each row heard from witnesses that were taught the other folds' rows alone.
DatasetScores score_held_out(const Dataset& data,
                             std::span<const std::uint32_t> folds,
                             const ShapeOptions& options);

// The options for one of equal parts of the work, whose progress is told as
// that of the whole.
ShapeOptions part_of(const ShapeOptions& options, std::size_t part,
                     std::size_t parts);

}  // namespace flowtell
