// SPDX-License-Identifier: Apache-2.0
//
// The witnesses to a flow's app: the forest (or the support vector machine in
// its place), which looks at its shape, and the name table, which knows its
// server's name. Here they are taught and heard; how their words are weighed
// stands in burst_judge.h.
#pragma once

#include <optional>
#include <span>

#include "model/name_table.h"
#include "model/shape_options.h"
#include "model/svm.h"
#include "predict/burst_judge.h"
#include "predict/cross_validation.h"

namespace flowtell {

struct Witnesses {
  Forest forest;
  NameTable names;
  std::optional<Svm> svm;  // then the forest has no trees
};

Witnesses teach_witnesses(const Dataset& data, const ShapeOptions& options);

// What they say of a dataset's rows.
struct Testimonies {
  Testimonies() = default;
  Testimonies(std::size_t apps, std::size_t rows)
      : shape(apps, rows), name(apps, rows), words(rows) {}

  // Puts the rows of `from`, in their order, at the places named.
  void put(std::span<const std::uint32_t> rows, const Testimonies& from);

  Probabilities shape;
  Probabilities name;
  std::vector<NameWord> words;  // one a row
};

Testimonies hear(const Witnesses& witnesses, const Dataset& data, int threads);

// Each row heard from witnesses that were taught the other folds' rows alone.
Testimonies hear_held_out(const Dataset& data,
                          std::span<const std::uint32_t> folds,
                          const ShapeOptions& options);

// The options for one of equal parts of the work, whose progress is told as
// that of the whole.
ShapeOptions part_of(const ShapeOptions& options, std::size_t part,
                     std::size_t parts);

}  // namespace flowtell
