// SPDX-License-Identifier: Apache-2.0
//
// Scores flows by their shape with the model's forest, or with its support
// vector machine.
//
// Many flows have equal feature rows, such as DNS queries, beacons and repeated
// requests. Scores are therefore cached by feature row, compared bit for bit.
// The rows not in the cache are predicted in one batch, which is faster for a
// forest than row by row. The scores are bit-identical to the model's (tested).
//
// One thread at a time. Memory: 16,384 rows and their shares, or as many as fit
// in 32 MiB.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/compiled_forest.h"
#include "model/model.h"

namespace flowtell {

class ShapeScorer {
 public:
  // The forests are the model's, compiled. All outlive the scorer.
  ShapeScorer(const Model& model, const CompiledForest& forest,
              const CompiledForest& other_forest);

  // Writes the shares of `rows`: for each row, one share per app, in `unlike` 1
  // if no training flow has this row, and in `other` its share of other traffic
  // (0 without an other forest).
  // REQUIRES: shares.size() / apps == unlike.size() == other.size() ==
  // rows.size() / width.
  void score(std::span<const float> rows, std::span<double> shares,
             std::span<std::uint8_t> unlike, std::span<double> other);

 private:
  // A row may be in any slot of the bucket given by its hash. The slots of a
  // bucket are overwritten in turn.
  static constexpr std::size_t kMaxBuckets = 4096;
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kNoSlot = SIZE_MAX;
  static constexpr std::size_t kMaxMemory = std::size_t{32} << 20;  // bytes

  // A row that is not in the cache, and the bucket it will go to.
  struct MissedRow {
    std::size_t row;
    std::size_t bucket;
  };

  static std::size_t buckets_for(std::size_t slot_memory);
  std::span<float> row_in(std::size_t slot);
  std::span<double> shares_in(std::size_t slot);
  // The slot of the row; kNoSlot if it is not in the cache.
  std::size_t find_slot(std::size_t bucket, std::span<const float> row);
  // Stores the row in a slot of its bucket, which it returns.
  std::size_t store(std::size_t bucket, std::span<const float> row,
                    std::span<const double> scores);
  void infer(std::span<const float> rows, std::span<double> shares);

  std::size_t apps_;
  std::size_t width_;
  const CompiledForest* forest_;
  const CompiledForest* other_forest_;  // null without
  const Svm* svm_;  // if not null, used instead of the forest
  const KnownRows* known_rows_;

  std::vector<std::uint32_t> taken_;  // by bucket: rows stored so far
  std::vector<float> rows_;
  std::vector<double> shares_;
  std::vector<std::uint8_t> unlike_;
  std::vector<double> other_;

  std::vector<MissedRow> missed_;
  std::vector<float> missed_rows_;
  std::vector<double> missed_shares_;
  std::vector<double> missed_other_;  // two per row
};

}  // namespace flowtell
