// SPDX-License-Identifier: Apache-2.0
#include "model/compiled_forest.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/result.h"

namespace flowtell {

// Walks down up to kWalkers trees in step, each with its own row.
class CompiledForest::Walkers {
 public:
  explicit Walkers(const CompiledForest& forest) : forest_(forest) {}

  // REQUIRES: row and sums outlive the walk.
  void begin(std::uint32_t root, const float* row, double* sums) {
    at_[count_] = root;
    rows_[count_] = row;
    sums_[count_] = sums;
    if (++count_ == kWalkers) finish();
  }

  // Finishes the walks and adds the shares of their leaves, in begin() order.
  void finish() {
    if (count_ == 0) return;
    walk();
    const std::size_t apps = forest_.apps_;
    for (std::size_t i = 0; i < count_; ++i) {
      const float* leaf =
          forest_.leaf_shares_.data() + forest_.leaves_[at_[i]] * apps;
      for (std::size_t app = 0; app < apps; ++app) {
        sums_[i][app] += static_cast<double>(leaf[app]);
      }
    }
    count_ = 0;
  }

 private:
  static constexpr std::size_t kWalkers = 16;

  void walk() {
    // Unused walkers repeat the first walk.
    for (std::size_t i = count_; i < kWalkers; ++i) {
      at_[i] = at_[0];
      rows_[i] = rows_[0];
    }
    const Node* nodes = forest_.nodes_.data();
    const std::uint16_t* columns = forest_.columns_.data();
    std::uint32_t moving = 0;
    do {
      moving = 0;
      for (std::size_t i = 0; i < kWalkers; ++i) {
        const Node node = nodes[at_[i]];
        const float value = rows_[i][columns[at_[i]]];
        moving |= node.distance;
        at_[i] +=
            node.distance + static_cast<std::uint32_t>(value > node.threshold);
      }
    } while (moving != 0);
  }

  const CompiledForest& forest_;
  std::size_t count_ = 0;
  std::array<std::uint32_t, kWalkers> at_{};  // nodes
  std::array<const float*, kWalkers> rows_{};
  std::array<double*, kWalkers> sums_{};
};

CompiledForest::CompiledForest(const Forest& forest)
    : apps_(forest.apps),
      width_(forest.width),
      leaf_shares_(forest.leaf_shares) {
  require(width_ <= UINT16_MAX, "a forest uses too many columns");
  for (const Tree& tree : forest.trees) add(tree);
}

void CompiledForest::add(const Tree& tree) {
  // `order[i]` is the index in `tree` of the i-th node in breadth-first order.
  std::vector<std::uint32_t> order = {0};
  roots_.push_back(static_cast<std::uint32_t>(nodes_.size()));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const TreeNode& node = tree[order[i]];
    if (node.is_leaf()) {
      nodes_.push_back({std::numeric_limits<float>::infinity(), 0});
      columns_.push_back(0);
      leaves_.push_back(node.next);
      continue;
    }
    nodes_.push_back(
        {node.threshold, static_cast<std::uint32_t>(order.size() - i)});
    columns_.push_back(static_cast<std::uint16_t>(node.column));
    leaves_.push_back(0);
    order.push_back(order[i] + 1);
    order.push_back(node.next);
  }
}

void CompiledForest::predict(std::span<const float> rows,
                             std::span<double> shares) const {
  // As many rows as fit the L2 cache beside a tree.
  constexpr std::size_t kValuesAtOnce = 1 << 15;
  const std::size_t rows_at_once = kValuesAtOnce / width_ + 1;
  std::fill(shares.begin(), shares.end(), 0.0);
  const std::size_t count = rows.size() / width_;
  for (std::size_t begin = 0; begin < count; begin += rows_at_once) {
    const std::size_t size = std::min(rows_at_once, count - begin);
    predict_block(rows.subspan(begin * width_, size * width_),
                  shares.subspan(begin * apps_, size * apps_));
  }
  const auto trees = static_cast<double>(roots_.size());
  for (double& share : shares) share /= trees;
}

// Adds to the sums of a row in the order of the trees.
void CompiledForest::predict_block(std::span<const float> rows,
                                   std::span<double> sums) const {
  const std::size_t count = rows.size() / width_;
  Walkers walkers(*this);
  for (const std::uint32_t root : roots_) {
    for (std::size_t i = 0; i < count; ++i) {
      walkers.begin(root, rows.data() + i * width_, sums.data() + i * apps_);
    }
  }
  walkers.finish();
}

}  // namespace flowtell
