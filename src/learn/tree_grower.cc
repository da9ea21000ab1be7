// SPDX-License-Identifier: Apache-2.0
#include "learn/tree_grower.h"

#include <algorithm>

namespace flowtell {
namespace {

// Packs a sample into a number that sorts by bin: bin, app and count, from the
// highest bits.
constexpr std::uint32_t sort_key(std::uint8_t bin, AppId app,
                                 std::uint8_t count) {
  return (std::uint32_t{bin} << 24) | (std::uint32_t{app} << 8) | count;
}
constexpr std::size_t bin_of(std::uint32_t key) { return key >> 24; }
constexpr auto app_of(std::uint32_t key) {
  return static_cast<AppId>((key >> 8) & 0xffff);
}
constexpr std::uint32_t count_of(std::uint32_t key) { return key & 0xff; }

}  // namespace

TreeGrower::TreeGrower(const BinnedColumns& columns,
                       std::span<const AppId> labels,
                       std::span<const double> class_weights,
                       TreeOptions options)
    : columns_(columns),
      labels_(labels),
      class_weights_(class_weights),
      options_(options),
      apps_(class_weights.size()),
      sampler_(columns.columns.size(), options.columns_per_split),
      small_(columns, options),
      node_weights_(apps_),
      left_weights_(apps_),
      histogram_(kMaxBins * apps_) {}

GrownTree TreeGrower::grow(std::span<const std::uint8_t> counts,
                           Random& random) {
  const auto size =
      counts.size() - static_cast<std::size_t>(std::ranges::count(counts, 0));
  samples_.clear();
  samples_.reserve(size);
  for (std::uint32_t row = 0; row < counts.size(); ++row) {
    if (counts[row] > 0) samples_.push_back({row, labels_[row], counts[row]});
  }
  sampler_.begin_tree();

  GrownTree tree;
  tree.impurity_decrease.resize(columns_.columns.size());
  pending_ = {{{0, static_cast<std::uint32_t>(samples_.size())}, kNoParent, 0}};
  while (!pending_.empty()) {
    const PendingNode node = pending_.back();
    pending_.pop_back();
    const auto index = static_cast<std::uint32_t>(tree.nodes.size());
    if (node.parent != kNoParent) tree.nodes[node.parent].next = index;
    count_classes(node.range);
    if (index == 0) tree.weight = node_weight_;
    if (SmallGrower::can_grow(node_weights_, class_weights_)) {
      small_.grow(
          {std::span(samples_).subspan(node.range.begin, node.range.size()),
           node_weights_, node.depth},
          sampler_, random, tree);
      continue;
    }

    const Cut cut = is_final(node) ? Cut{} : find_cut(node.range, random);
    if (!cut.found) {
      tree.add_leaf(node_weights_, node_weight_);
      continue;
    }
    tree.impurity_decrease[cut.column] +=
        (cut.purity - node_squares_ / node_weight_) / tree.weight;
    tree.nodes.push_back(
        {static_cast<std::uint16_t>(cut.column),
         columns_.columns[cut.column].threshold(cut.lower, cut.upper), 0});
    const std::uint32_t middle = split(node.range, cut);
    pending_.push_back({{middle, node.range.end}, index, node.depth + 1});
    pending_.push_back({{node.range.begin, middle}, kNoParent, node.depth + 1});
  }
  tree.nodes.shrink_to_fit();
  return tree;
}

void TreeGrower::count_classes(Range range) {
  std::fill(node_weights_.begin(), node_weights_.end(), 0.0);
  node_count_ = 0;
  for (std::uint32_t i = range.begin; i < range.end; ++i) {
    node_weights_[samples_[i].app] +=
        samples_[i].count;  // exact: whole numbers
    node_count_ += samples_[i].count;
  }
  node_weight_ = node_squares_ = 0;
  for (std::size_t app = 0; app < apps_; ++app) {
    node_weights_[app] *= class_weights_[app];
    node_weight_ += node_weights_[app];
    node_squares_ += node_weights_[app] * node_weights_[app];
  }
}

bool TreeGrower::is_final(const PendingNode& node) const {
  const auto classes = std::count_if(node_weights_.begin(), node_weights_.end(),
                                     [](double weight) { return weight > 0; });
  return classes < 2 ||
         node_count_ < 2 * static_cast<double>(options_.min_samples_leaf) ||
         (options_.max_depth > 0 && node.depth >= options_.max_depth);
}

TreeGrower::Cut TreeGrower::find_cut(Range range, Random& random) {
  Cut best;
  bool any = false;
  sampler_.begin_node();
  while (sampler_.must_draw(any)) {
    any = try_column(sampler_.next(random), range, best) || any;
  }
  return best;
}

// Returns true if the column is not constant, so that it can be cut.
bool TreeGrower::try_column(std::size_t column, Range range, Cut& best) {
  constexpr std::size_t kSortingPerBin = 8;  // measured
  const std::size_t cells = columns_.columns[column].size() * apps_;
  return range.size() * kSortingPerBin < cells
             ? try_by_sorting(column, range, best)
             : try_by_histogram(column, range, best);
}

bool TreeGrower::try_by_histogram(std::size_t column, Range range, Cut& best) {
  const auto bins = columns_.column(column);
  const std::size_t size = columns_.columns[column].size();
  std::fill_n(histogram_.begin(), size * apps_, 0u);
  std::size_t first = size;
  std::size_t last = 0;
  for (std::uint32_t i = range.begin; i < range.end; ++i) {
    const std::size_t bin = bins[samples_[i].row];
    histogram_[bin * apps_ + samples_[i].app] += samples_[i].count;
    first = std::min(first, bin);
    last = std::max(last, bin);
  }
  if (first == last) return false;
  begin_halves();
  std::size_t lower = first;
  for (std::size_t bin = first; bin <= last; ++bin) {
    const std::uint32_t* counts = &histogram_[bin * apps_];
    if (std::all_of(counts, counts + apps_,
                    [](std::uint32_t count) { return count == 0; })) {
      continue;
    }
    if (bin != first) consider(column, lower, bin, best);
    for (std::size_t app = 0; app < apps_; ++app) {
      if (counts[app] > 0) move_left(static_cast<AppId>(app), counts[app]);
    }
    lower = bin;
  }
  return true;
}

bool TreeGrower::try_by_sorting(std::size_t column, Range range, Cut& best) {
  const auto bins = columns_.column(column);
  sorted_.clear();
  for (std::uint32_t i = range.begin; i < range.end; ++i) {
    const Sample& sample = samples_[i];
    sorted_.push_back(sort_key(bins[sample.row], sample.app, sample.count));
  }
  std::sort(sorted_.begin(), sorted_.end());
  if (bin_of(sorted_.front()) == bin_of(sorted_.back())) return false;
  begin_halves();
  std::size_t lower = bin_of(sorted_.front());
  for (const std::uint32_t key : sorted_) {
    if (bin_of(key) != lower) {
      consider(column, lower, bin_of(key), best);
      lower = bin_of(key);
    }
    move_left(app_of(key), count_of(key));
  }
  return true;
}

void TreeGrower::begin_halves() {
  std::fill(left_weights_.begin(), left_weights_.end(), 0.0);
  left_weight_ = left_squares_ = left_count_ = 0;
  right_squares_ = node_squares_;
}

// On the left the sum of squares grows by (a + w)^2 - a^2 = w (2a + w); on the
// right it shrinks likewise.
void TreeGrower::move_left(AppId app, double count) {
  const double weight = class_weights_[app] * count;
  const double left = left_weights_[app];
  const double right = node_weights_[app] - left;
  left_squares_ += weight * (2 * left + weight);
  right_squares_ -= weight * (2 * right - weight);
  left_weights_[app] = left + weight;
  left_weight_ += weight;
  left_count_ += count;
}

// Maximising the sum of squares divided by weight, added over both halves,
// minimises their weighted Gini impurity.
void TreeGrower::consider(std::size_t column, std::size_t lower,
                          std::size_t upper, Cut& best) {
  const auto smallest = static_cast<double>(options_.min_samples_leaf);
  if (left_count_ < smallest || node_count_ - left_count_ < smallest) return;
  const double purity = left_squares_ / left_weight_ +
                        right_squares_ / (node_weight_ - left_weight_);
  if (best.found && purity <= best.purity) return;
  best = {purity, column, lower, upper, true};
}

// Stable on both sides, so that memory is read in order at every depth.
std::uint32_t TreeGrower::split(Range range, const Cut& cut) {
  const auto bins = columns_.column(cut.column);
  aside_.clear();
  std::uint32_t left = range.begin;
  for (std::uint32_t i = range.begin; i < range.end; ++i) {
    const Sample sample = samples_[i];
    if (bins[sample.row] <= cut.lower) {
      samples_[left++] = sample;
    } else {
      aside_.push_back(sample);
    }
  }
  std::ranges::copy(aside_, samples_.data() + left);
  return left;
}

}  // namespace flowtell
