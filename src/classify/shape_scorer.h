// SPDX-License-Identifier: Apache-2.0
//
// The witness who looks at shapes, as a judge of flows hears him: the model's
// forest, or its support vector machine.
//
// Much traffic repeats itself: look-ups, beacons, a page's tenth request. Rows
// of the same features, bit for bit, are said the same of, so what was said of
// the last few thousand different ones is remembered. The others are judged
// together, which a forest does faster than one after the other. Neither
// changes a bit of what is said (the tests hold them against the model).
//
// Memory: 16,384 rows and their shares, of models with so many apps that these
// take more than 32 MiB as many as do not. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/compiled_forest.h"
#include "model/model.h"

namespace flowtell {

class ShapeScorer {
 public:
  explicit ShapeScorer(const Model& model);

  // Fills a share an app for each row of features, row after row.
  // REQUIRES: shares.size() / apps == rows.size() / width.
  void score(std::span<const float> rows, std::span<double> shares);

 private:
  // A row may stand in any slot of one bucket, which its hash tells; the slots
  // of a bucket are taken in turn.
  static constexpr std::size_t kMaxBuckets = 4096;
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kMaxMemory = std::size_t{32} << 20;  // bytes

  // A row at hand that nobody remembers, and where it will be remembered.
  struct NewRow {
    std::size_t row;
    std::size_t bucket;
  };

  static std::size_t buckets_for(std::size_t slot_memory);
  std::span<float> row_in(std::size_t slot);
  std::span<double> shares_in(std::size_t slot);
  bool recall(std::size_t bucket, std::span<const float> row,
              std::span<double> shares);
  void remember(std::size_t bucket, std::span<const float> row,
                std::span<const double> said);
  void ask(std::span<const float> rows, std::span<double> shares);

  std::size_t apps_;
  std::size_t width_;
  CompiledForest forest_;
  std::optional<Svm> svm_;  // heard in place of the forest

  std::vector<std::uint32_t> taken_;  // by bucket: slots taken, over and over
  std::vector<float> rows_;
  std::vector<double> shares_;

  std::vector<NewRow> new_;
  std::vector<float> new_rows_;
  std::vector<double> new_shares_;
};

}  // namespace flowtell
