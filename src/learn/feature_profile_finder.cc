// SPDX-License-Identifier: Apache-2.0
#include "learn/out_of_bag.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "model/attribution.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxSigns = 5;

// The columns' contributions by row and column, averaged over the trees not
// grown from the row.
struct Gains {
  std::vector<float> own;   // to the share of the row's app
  std::vector<float> pull;  // to the share of the predicted app, minus `own`
  std::vector<AppId> predicted;
};

std::vector<AppId> predicted_apps(const OutOfBag& oob) {
  std::vector<AppId> apps;
  for (std::size_t at = 0; at < oob.shares.size(); at += oob.apps) {
    const auto row = std::span(oob.shares).subspan(at, oob.apps);
    apps.push_back(static_cast<AppId>(std::max_element(row.begin(), row.end()) -
                                      row.begin()));
  }
  return apps;
}

void add_tree(const Forest& forest, const Tree& tree, const RowSet& seen,
              const Dataset& data, Gains& gains) {
  const std::vector<double> shares = node_shares(forest, tree);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    if (seen.contains(row)) continue;
    const AppId app = data.labels[row];
    const AppId predicted = gains.predicted[row];
    walk_down(tree, data.row(row), [&](std::size_t column, auto from, auto to) {
      const auto gain = [&](AppId of) {
        return shares[to * forest.apps + of] - shares[from * forest.apps + of];
      };
      const std::size_t at = row * data.width + column;
      gains.own[at] += static_cast<float>(gain(app));
      gains.pull[at] += static_cast<float>(gain(predicted) - gain(app));
    });
  }
}

Gains gains_of(const BuiltForest& built, const OutOfBag& oob,
               const Dataset& data) {
  Gains gains{std::vector<float>(data.values.size()),
              std::vector<float>(data.values.size()), predicted_apps(oob)};
  std::vector<std::size_t> trees(data.rows());
  for (std::size_t i = 0; i < built.forest.trees.size(); ++i) {
    add_tree(built.forest, built.forest.trees[i], built.in_bag[i], data, gains);
    for (std::size_t row = 0; row < data.rows(); ++row) {
      if (!built.in_bag[i].contains(row)) ++trees[row];
    }
  }
  for (std::size_t at = 0; at < data.values.size(); ++at) {
    const auto count =
        static_cast<float>(std::max<std::size_t>(trees[at / data.width], 1));
    gains.own[at] /= count;
    gains.pull[at] /= count;
  }
  return gains;
}

std::vector<float> signs_of(const Gains& gains, const OutOfBag& oob,
                            const Dataset& data) {
  std::vector<double> sums(data.apps.size() * data.width);
  std::vector<std::size_t> rows(data.apps.size());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    if (!oob.predicted[row]) continue;
    const AppId app = data.labels[row];
    ++rows[app];
    for (std::size_t column = 0; column < data.width; ++column) {
      sums[app * data.width + column] +=
          static_cast<double>(gains.own[row * data.width + column]);
    }
  }
  std::vector<float> signs;
  for (std::size_t at = 0; at < sums.size(); ++at) {
    const auto count =
        static_cast<double>(std::max<std::size_t>(rows[at / data.width], 1));
    signs.push_back(
        static_cast<float>(std::clamp(sums[at] / count, -1.0, 1.0)));
  }
  return signs;
}

float median_of(std::vector<float> values) {
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The columns that pull these rows to the wrong app, strongest first.
std::vector<Attractor::Sign> attractor_signs(
    const Gains& gains, const Dataset& data,
    std::span<const std::size_t> rows) {
  std::vector<Attractor::Sign> signs;
  for (std::size_t column = 0; column < data.width; ++column) {
    double pull = 0;
    std::vector<float> values;
    for (const std::size_t row : rows) {
      pull += static_cast<double>(gains.pull[row * data.width + column]);
      values.push_back(data.row(row)[column]);
    }
    pull /= static_cast<double>(rows.size());
    if (pull <= 0) continue;
    signs.push_back({static_cast<std::uint16_t>(column),
                     static_cast<float>(pull), median_of(std::move(values))});
  }
  std::stable_sort(
      signs.begin(), signs.end(),
      [](const auto& a, const auto& b) { return a.pull > b.pull; });
  signs.resize(std::min(signs.size(), kMaxSigns));
  return signs;
}

}  // namespace

FeatureProfile find_feature_profile(const BuiltForest& built,
                                    const OutOfBag& oob, const Dataset& data) {
  const Gains gains = gains_of(built, oob, data);
  std::map<std::pair<AppId, AppId>, std::vector<std::size_t>> confused;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    if (!oob.predicted[row] || gains.predicted[row] == data.labels[row])
      continue;
    confused[{data.labels[row], gains.predicted[row]}].push_back(row);
  }
  FeatureProfile profile;
  profile.signs = signs_of(gains, oob, data);
  for (const auto& [pair, rows] : confused) {
    profile.attractors.push_back({pair.first, pair.second, rows.size(),
                                  attractor_signs(gains, data, rows)});
  }
  std::stable_sort(
      profile.attractors.begin(), profile.attractors.end(),
      [](const auto& a, const auto& b) { return a.flows > b.flows; });
  return profile;
}

}  // namespace flowtell
