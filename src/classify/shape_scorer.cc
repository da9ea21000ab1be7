// SPDX-License-Identifier: Apache-2.0
#include "classify/shape_scorer.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"

namespace flowtell {
namespace {

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

std::uint64_t hash_of(std::span<const float> row) {
  return keyed_hash(
      {reinterpret_cast<const char*>(row.data()), row.size_bytes()});
}

}  // namespace

ShapeScorer::ShapeScorer(const Model& model, const CompiledForest& forest,
                         const CompiledForest& other_forest)
    : apps_(model.apps.size()),
      width_(model.svm ? model.svm->width : model.forest.width),
      forest_(&forest),
      other_forest_(model.other_forest.trees.empty() ? nullptr : &other_forest),
      svm_(model.svm ? &*model.svm : nullptr),
      known_rows_(&model.known_rows),
      taken_(buckets_for(width_ * sizeof(float) + apps_ * sizeof(double))),
      rows_(taken_.size() * kWays * width_),
      shares_(taken_.size() * kWays * apps_),
      unlike_(taken_.size() * kWays),
      other_(taken_.size() * kWays) {}

std::size_t ShapeScorer::buckets_for(std::size_t slot_memory) {
  return std::clamp<std::size_t>(kMaxMemory / (kWays * slot_memory), 1,
                                 kMaxBuckets);
}

void ShapeScorer::score(std::span<const float> rows, std::span<double> shares,
                        std::span<std::uint8_t> unlike,
                        std::span<double> other) {
  missed_.clear();
  missed_rows_.clear();
  for (std::size_t i = 0; i * width_ < rows.size(); ++i) {
    const auto row = rows.subspan(i * width_, width_);
    const std::size_t bucket =
        static_cast<std::size_t>(hash_of(row) % taken_.size());
    const std::size_t slot = find_slot(bucket, row);
    if (slot == kNoSlot) {
      missed_.push_back({i, bucket});
      missed_rows_.insert(missed_rows_.end(), row.begin(), row.end());
      continue;
    }
    const auto scores = shares_in(slot);
    std::copy(scores.begin(), scores.end(),
              shares.subspan(i * apps_, apps_).begin());
    unlike[i] = unlike_[slot];
    other[i] = other_[slot];
  }
  if (missed_.empty()) return;
  missed_shares_.resize(missed_.size() * apps_);
  infer(missed_rows_, missed_shares_);
  missed_other_.assign(2 * missed_.size(), 0);
  if (other_forest_ != nullptr) {
    other_forest_->predict(missed_rows_, missed_other_);
  }
  for (std::size_t i = 0; i < missed_.size(); ++i) {
    const auto row = std::span(missed_rows_).subspan(i * width_, width_);
    const auto scores = std::span(missed_shares_).subspan(i * apps_, apps_);
    std::copy(scores.begin(), scores.end(),
              shares.subspan(missed_[i].row * apps_, apps_).begin());
    const std::size_t slot = store(missed_[i].bucket, row, scores);
    unlike_[slot] = known_rows_->contains(row) ? 0 : 1;
    other_[slot] = missed_other_[2 * i + 1];
    unlike[missed_[i].row] = unlike_[slot];
    other[missed_[i].row] = other_[slot];
  }
}

std::size_t ShapeScorer::find_slot(std::size_t bucket,
                                   std::span<const float> row) {
  const std::size_t held = std::min<std::size_t>(taken_[bucket], kWays);
  for (std::size_t way = 0; way < held; ++way) {
    const std::size_t slot = bucket * kWays + way;
    if (same_bits(row, row_in(slot))) return slot;
  }
  return kNoSlot;
}

std::size_t ShapeScorer::store(std::size_t bucket, std::span<const float> row,
                               std::span<const double> scores) {
  const std::size_t slot = bucket * kWays + taken_[bucket]++ % kWays;
  std::copy(row.begin(), row.end(), row_in(slot).begin());
  std::copy(scores.begin(), scores.end(), shares_in(slot).begin());
  return slot;
}

void ShapeScorer::infer(std::span<const float> rows, std::span<double> shares) {
  if (!svm_) return forest_->predict(rows, shares);
  for (std::size_t i = 0; i * width_ < rows.size(); ++i) {
    svm_->predict(rows.subspan(i * width_, width_),
                  shares.subspan(i * apps_, apps_));
  }
}

std::span<float> ShapeScorer::row_in(std::size_t slot) {
  return std::span(rows_).subspan(slot * width_, width_);
}

std::span<double> ShapeScorer::shares_in(std::size_t slot) {
  return std::span(shares_).subspan(slot * apps_, apps_);
}

}  // namespace flowtell
