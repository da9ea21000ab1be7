// SPDX-License-Identifier: Apache-2.0
#include "learn/out_of_bag.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/random.h"
#include "base/threads.h"

namespace flowtell {
namespace {

constexpr std::size_t kRowsPerVote = 256;

// Adds up the shares of the trees that did not see the row, using `values` as
// the row's values. Returns the number of these trees.
std::size_t sum_votes(const BuiltForest& built, std::size_t row,
                      std::span<const float> values, std::span<double> shares) {
  const Forest& forest = built.forest;
  std::fill(shares.begin(), shares.end(), 0.0);
  std::size_t trees = 0;
  for (std::size_t t = 0; t < forest.trees.size(); ++t) {
    if (built.in_bag[t].contains(row)) continue;
    const auto leaf =
        forest.shares_of_leaf(forest.leaf_of(forest.trees[t], values));
    for (std::size_t app = 0; app < shares.size(); ++app) {
      shares[app] += static_cast<double>(leaf[app]);
    }
    ++trees;
  }
  return trees;
}

AppId best_of(std::span<const double> shares) {
  return static_cast<AppId>(std::max_element(shares.begin(), shares.end()) -
                            shares.begin());
}

// By app: how many of its flows among `rows` are predicted right when the
// values of `column` come from the rows `donors` (if empty: from the flows
// themselves).
std::vector<std::uint32_t> count_right(const BuiltForest& built,
                                       const Dataset& data,
                                       std::span<const std::uint32_t> rows,
                                       std::span<const std::uint32_t> donors,
                                       std::size_t column) {
  std::vector<double> shares(data.apps.size());
  std::vector<float> values(data.width);
  std::vector<std::uint32_t> right(data.apps.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto own = data.row(rows[i]);
    std::copy(own.begin(), own.end(), values.begin());
    if (!donors.empty()) values[column] = data.row(donors[i])[column];
    sum_votes(built, rows[i], values, shares);
    const AppId truth = data.labels[rows[i]];
    if (best_of(shares) == truth) ++right[truth];
  }
  return right;
}

// Moves rows of each app to the front, so that a limit leaves none out.
void put_each_app_first(const Dataset& data, std::size_t max,
                        std::vector<std::uint32_t>& rows) {
  constexpr std::size_t kMaxFirst = 50;  // rows of an app
  const std::size_t first = std::min(kMaxFirst, max / data.apps.size());
  std::vector<std::size_t> taken(data.apps.size());
  std::vector<std::uint32_t> in_order;
  std::vector<std::uint32_t> rest;
  in_order.reserve(rows.size());
  rest.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    (taken[data.labels[row]]++ < first ? in_order : rest).push_back(row);
  }
  in_order.insert(in_order.end(), rest.begin(), rest.end());
  rows = std::move(in_order);
}

// At most `max` random rows among those that some tree did not see.
std::vector<std::uint32_t> draw_rows(const BuiltForest& built,
                                     const Dataset& data, std::size_t max,
                                     Random& random) {
  std::vector<std::uint32_t> chosen;
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    const bool seen_by_all =
        std::all_of(built.in_bag.begin(), built.in_bag.end(),
                    [&](const RowSet& bag) { return bag.contains(row); });
    if (!seen_by_all) chosen.push_back(row);
  }
  random.shuffle(std::span(chosen));
  if (chosen.size() > max) put_each_app_first(data, max, chosen);
  chosen.resize(std::min(chosen.size(), max));
  return chosen;
}

// The loss from shuffling, in flows predicted right.
struct ShuffleLoss {
  std::vector<std::uint32_t> rows;        // predicted
  std::vector<std::vector<double>> lost;  // flows, by column and app
};

ShuffleLoss shuffle_columns(const BuiltForest& built, const Dataset& data,
                            const PermutationOptions& options) {
  Random random(options.seed);
  ShuffleLoss loss;
  loss.rows = draw_rows(built, data, options.max_rows, random);
  loss.lost.assign(data.width, std::vector<double>(data.apps.size()));
  const auto right = count_right(built, data, loss.rows, {}, 0);
  for_each_task(options.threads, data.width, [&](std::size_t column) {
    Random own(options.seed, column);
    std::vector<std::uint32_t> donors = loss.rows;
    own.shuffle(std::span(donors));
    const auto shuffled = count_right(built, data, loss.rows, donors, column);
    for (std::size_t app = 0; app < right.size(); ++app) {
      loss.lost[column][app] =
          static_cast<double>(right[app]) - static_cast<double>(shuffled[app]);
    }
  });
  return loss;
}

}  // namespace

OutOfBag predict_out_of_bag(const BuiltForest& built, const Dataset& data,
                            int threads) {
  OutOfBag oob;
  oob.apps = data.apps.size();
  oob.shares.resize(data.rows() * oob.apps);
  std::vector<std::uint32_t> trees(data.rows());
  const std::size_t tasks = (data.rows() + kRowsPerVote - 1) / kRowsPerVote;
  for_each_task(threads, tasks, [&](std::size_t task) {
    const std::size_t end = std::min((task + 1) * kRowsPerVote, data.rows());
    for (std::size_t row = task * kRowsPerVote; row < end; ++row) {
      const auto shares =
          std::span(oob.shares).subspan(row * oob.apps, oob.apps);
      const auto count = sum_votes(built, row, data.row(row), shares);
      trees[row] = static_cast<std::uint32_t>(count);
      if (count == 0) continue;
      for (double& share : shares) share /= static_cast<double>(count);
    }
  });
  std::size_t right = 0;
  std::size_t predicted = 0;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    oob.predicted.push_back(trees[row] > 0);
    if (trees[row] == 0) continue;
    ++predicted;
    const auto shares = std::span(oob.shares).subspan(row * oob.apps, oob.apps);
    if (best_of(shares) == data.labels[row]) ++right;
  }
  if (predicted > 0) {
    oob.accuracy = static_cast<double>(right) / static_cast<double>(predicted);
  }
  return oob;
}

std::vector<double> permutation_importance(const BuiltForest& built,
                                           const Dataset& data,
                                           const PermutationOptions& options) {
  const ShuffleLoss loss = shuffle_columns(built, data, options);
  std::vector<double> lost(data.width);
  if (loss.rows.empty()) return lost;
  for (std::size_t column = 0; column < data.width; ++column) {
    const auto& of_apps = loss.lost[column];
    lost[column] = std::accumulate(of_apps.begin(), of_apps.end(), 0.0) /
                   static_cast<double>(loss.rows.size());
  }
  return lost;
}

std::vector<std::vector<double>> permutation_importance_by_app(
    const BuiltForest& built, const Dataset& data,
    const PermutationOptions& options) {
  ShuffleLoss loss = shuffle_columns(built, data, options);
  std::vector<double> flows(data.apps.size());
  for (const std::uint32_t row : loss.rows) ++flows[data.labels[row]];
  for (auto& of_apps : loss.lost) {
    for (std::size_t app = 0; app < flows.size(); ++app) {
      if (flows[app] > 0) of_apps[app] /= flows[app];
    }
  }
  return std::move(loss.lost);
}

}  // namespace flowtell
