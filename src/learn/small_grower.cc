// SPDX-License-Identifier: Apache-2.0
#include "learn/small_grower.h"

#include <algorithm>

namespace flowtell {
namespace {

constexpr std::size_t kMaxLanes = 32;

// Nodes of fewer samples try columns one by one, since often the first
// separates their classes completely and no other is needed.
constexpr std::size_t kFewSamples = 32;

}  // namespace

SmallGrower::SmallGrower(const BinnedColumns& columns,
                         const TreeOptions& options)
    : columns_(columns),
      options_(options),
      words_per_node_((columns.columns.size() + 63) / 64) {}

bool SmallGrower::can_grow(std::span<const double> weights,
                           std::span<const double> class_weights) {
  double sum = 0;
  std::size_t classes = 0;
  for (std::size_t app = 0; app < weights.size(); ++app) {
    if (weights[app] == 0) continue;
    if (class_weights[app] != 1) return false;
    sum += weights[app];
    ++classes;
  }
  return sum <= kMaxInLanes && classes <= kMaxLanes;
}

void SmallGrower::grow(const SmallNode& node, ColumnSampler& sampler,
                       Random& random, GrownTree& tree) {
  pack(node);
  if (app_of_lane_.size() <= 8) {
    grow_in_lanes<8>(node.depth, sampler, random, tree);
  } else if (app_of_lane_.size() <= 16) {
    grow_in_lanes<16>(node.depth, sampler, random, tree);
  } else {
    grow_in_lanes<kMaxLanes>(node.depth, sampler, random, tree);
  }
}

// Assigns a lane to each app that occurs, in order.
void SmallGrower::pack(const SmallNode& node) {
  const std::size_t apps = node.weights.size();
  std::vector<std::size_t> lane_of(apps);
  app_of_lane_.clear();
  for (std::size_t app = 0; app < apps; ++app) {
    if (node.weights[app] == 0) continue;
    lane_of[app] = app_of_lane_.size();
    app_of_lane_.push_back(static_cast<AppId>(app));
  }
  leaf_weights_.assign(apps, 0.0);

  const bool copied = columns_.rows > LaneSample::kMaxRows;
  if (copied) {
    copy_bins(node.samples);
  } else {
    bins_ = columns_.bins.data();
    rows_ = columns_.rows;
  }
  samples_.clear();
  for (std::size_t i = 0; i < node.samples.size(); ++i) {
    const Sample& sample = node.samples[i];
    samples_.emplace_back(copied ? i : sample.row, lane_of[sample.app],
                          sample.count);
  }
  aside_.resize(samples_.size());
}

void SmallGrower::copy_bins(std::span<const Sample> samples) {
  rows_ = samples.size();
  copied_.resize(rows_ * columns_.columns.size());
  for (std::size_t i = 0; i < columns_.columns.size(); ++i) {
    const auto from = columns_.column(i);
    std::ranges::transform(samples, copied_.data() + i * rows_,
                           [&](const Sample& s) { return from[s.row]; });
  }
  bins_ = copied_.data();
}

template <std::size_t kLanes>
void SmallGrower::grow_in_lanes(std::size_t depth, ColumnSampler& sampler,
                                Random& random, GrownTree& tree) {
  Pending<kLanes> node{{},
                       0,
                       static_cast<std::uint32_t>(samples_.size()),
                       kNoParent,
                       static_cast<std::uint32_t>(depth)};
  for (const LaneSample sample : samples_) {
    node.counts.add(sample.lane(), sample.count());
  }
  std::vector<Pending<kLanes>> pending = {node};
  constant_.assign(words_per_node_, 0);
  while (!pending.empty()) {
    node = pending.back();
    pending.pop_back();
    // The right child reuses this node's words; the left child gets the next.
    constant_.resize(
        std::max(constant_.size(), (pending.size() + 2) * words_per_node_));
    const auto constant = std::span(constant_).subspan(
        pending.size() * words_per_node_, words_per_node_);
    const auto index = static_cast<std::uint32_t>(tree.nodes.size());
    if (node.parent != kNoParent) tree.nodes[node.parent].next = index;
    const Cut<kLanes> cut = is_final(node)
                                ? Cut<kLanes>{}
                                : find_cut(node, sampler, random, constant);
    if (!cut.found) {
      add_leaf(node.counts, tree);
      continue;
    }
    const auto squares = static_cast<double>(node.counts.squares());
    tree.impurity_decrease[cut.column] +=
        (cut.purity - squares / node.counts.sum()) / tree.weight;
    tree.nodes.push_back(
        {static_cast<std::uint16_t>(cut.column),
         columns_.columns[cut.column].threshold(cut.lower, cut.upper), 0});
    const std::uint32_t middle =
        split(node.begin, node.end, cut.column, cut.lower);
    pending.push_back(
        {node.counts.minus(cut.left), middle, node.end, index, node.depth + 1});
    pending.push_back(
        {cut.left, node.begin, middle, kNoParent, node.depth + 1});
    std::copy_n(constant.begin(), words_per_node_, constant.end());
  }
}

template <std::size_t kLanes>
bool SmallGrower::is_final(const Pending<kLanes>& node) const {
  return node.counts.classes() < 2 ||
         node.counts.sum() < 2 * options_.min_samples_leaf ||
         (options_.max_depth > 0 && node.depth >= options_.max_depth);
}

template <std::size_t kLanes>
SmallGrower::Cut<kLanes> SmallGrower::find_cut(
    const Pending<kLanes>& node, ColumnSampler& sampler, Random& random,
    std::span<std::uint64_t> constant) {
  const std::size_t max = node.end - node.begin < kFewSamples ? 1 : kMaxGroup;
  const auto purest = static_cast<double>(node.counts.sum());
  Cut<kLanes> best;
  ColumnGroup group;
  bool any = false;
  sampler.begin_node();
  while (sampler.must_draw(any)) {
    const std::size_t column = sampler.next(random);
    if (best.purity == purest) continue;
    const bool is_constant = (constant[column / 64] >> column % 64 & 1) != 0;
    if (!is_constant) group.columns[group.size++] = column;
    // Once enough are drawn, further draws depend on `any`.
    if (group.size < max && sampler.must_draw(true)) continue;
    any = try_columns(group, node, constant, best) || any;
    group.size = 0;
  }
  return best;
}

// Returns true if one of the columns is not constant, so that it can be cut.
template <std::size_t kLanes>
bool SmallGrower::try_columns(const ColumnGroup& group,
                              const Pending<kLanes>& node,
                              std::span<std::uint64_t> constant,
                              Cut<kLanes>& best) {
  count_group(group, node);
  bool any = false;
  auto& counts = std::get<GroupCounts<kLanes>>(counts_);
  for (std::size_t i = 0; i < group.size; ++i) {
    const std::size_t column = group.columns[i];
    const auto consider = [&](std::size_t lower, std::size_t upper,
                              const ClassCounts<kLanes>& left) {
      const auto right = node.counts.minus(left);
      const double both = ClassCounts<kLanes>::purity(left, right);
      if (both <= best.purity) return;
      if (left.sum() < options_.min_samples_leaf) return;
      if (right.sum() < options_.min_samples_leaf) return;
      best = {left, both, column, lower, upper, true};
    };
    if (counts[i].take_cuts(consider) > 1) {
      any = true;
    } else {
      constant[column / 64] |= std::uint64_t{1} << column % 64;
    }
  }
  return any;
}

template <std::size_t kLanes>
void SmallGrower::count_group(const ColumnGroup& group,
                              const Pending<kLanes>& node) {
  const auto samples =
      std::span(samples_).subspan(node.begin, node.end - node.begin);
  const auto bins = [&](std::size_t i) {
    return bins_ + group.columns[i] * rows_;
  };
  const std::span counts = std::get<GroupCounts<kLanes>>(counts_);
  static_assert(kMaxGroup == 4);
  switch (group.size) {
    case 1:
      return count_bins<1, kLanes>({bins(0)}, samples, counts);
    case 2:
      return count_bins<2, kLanes>({bins(0), bins(1)}, samples, counts);
    case 3:
      return count_bins<3, kLanes>({bins(0), bins(1), bins(2)}, samples,
                                   counts);
    case 4:
      return count_bins<4, kLanes>({bins(0), bins(1), bins(2), bins(3)},
                                   samples, counts);
    default:
      return;
  }
}

// Stable on both sides, so that rows adjacent in memory stay together.
std::uint32_t SmallGrower::split(std::uint32_t begin, std::uint32_t end,
                                 std::size_t column, std::size_t lower) {
  const std::uint8_t* bins = bins_ + column * rows_;
  std::uint32_t left = begin;
  std::uint32_t right = 0;
  for (std::uint32_t i = begin; i < end; ++i) {
    const LaneSample sample = samples_[i];
    const std::uint32_t goes_left = bins[sample.row()] <= lower ? 1 : 0;
    samples_[left] = sample;
    aside_[right] = sample;
    left += goes_left;
    right += 1 - goes_left;
  }
  std::copy_n(aside_.data(), right, samples_.data() + left);
  return left;
}

template <std::size_t kLanes>
void SmallGrower::add_leaf(const ClassCounts<kLanes>& counts, GrownTree& tree) {
  for (std::size_t lane = 0; lane < app_of_lane_.size(); ++lane) {
    leaf_weights_[app_of_lane_[lane]] = counts[lane];
  }
  tree.add_leaf(leaf_weights_, counts.sum());
}

}  // namespace flowtell
