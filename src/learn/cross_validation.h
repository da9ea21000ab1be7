// SPDX-License-Identifier: Apache-2.0
//
// Judges flows by forests that were not taught them: the ground of every honest
// score.
//
// Captures, not flows, are dealt to the folds. Flows of one capture resemble
// each other, so a forest that has seen some of them knows the rest, and a
// split by flow shows how well it remembers instead of how well it knows the
// app. (`--split by-flow` exists to show by how much that flatters.)
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "learn/shape_options.h"
#include "model/dataset.h"

namespace flowtell {

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
  ShapeOptions forest;  // its seed also deals the folds
};

// By row: the fold that judges it. Each app's captures (groups, flows) are
// dealt to the folds in a seeded random order, so every fold gets its part of
// every app. There are fewer folds than asked for where there is less to deal.
std::vector<std::uint32_t> assign_folds(const Dataset& data,
                                        const CrossValidationOptions& options);

// How many folds that makes; with fewer than two nothing can be judged.
std::size_t count_folds(std::span<const std::uint32_t> folds);

// The rows of a fold, and of all others.
struct FoldRows {
  std::vector<std::uint32_t> trained;
  std::vector<std::uint32_t> judged;
};

// Calls with each fold's rows, but for folds that leave nothing to learn from.
void for_each_fold(
    std::span<const std::uint32_t> folds,
    const std::function<void(const FoldRows&, std::uint32_t fold)>& call);

// The probabilities of one app a column, one flow a row.
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
  // Puts the rows of `from`, in their order, at the places named.
  void put(std::span<const std::uint32_t> rows, const Probabilities& from);
};

// Judges all rows by one forest, on as many threads.
Probabilities predict_all(const Forest& forest, const Dataset& data,
                          int threads);

}  // namespace flowtell
