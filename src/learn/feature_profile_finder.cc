// SPDX-License-Identifier: Apache-2.0
#include "learn/feature_profile_finder.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "model/attribution.h"

namespace flowtell {
namespace {

constexpr std::size_t kSigns = 5;

// What the columns added, by row and column, over the trees that had not seen
// the row.
struct Accounts {
  std::vector<float> own;   // to the share of the row's app
  std::vector<float> pull;  // to that of the app voted for, less that
  std::vector<AppId> voted;
};

std::vector<AppId> votes_of(const OutOfBag& judged) {
  std::vector<AppId> votes;
  for (std::size_t at = 0; at < judged.shares.size(); at += judged.apps) {
    const auto row = std::span(judged.shares).subspan(at, judged.apps);
    votes.push_back(static_cast<AppId>(
        std::max_element(row.begin(), row.end()) - row.begin()));
  }
  return votes;
}

void add_tree(const Forest& forest, const Tree& tree, const RowSet& seen,
              const Dataset& data, Accounts& accounts) {
  const std::vector<double> shares = node_shares(forest, tree);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    if (seen.contains(row)) continue;
    const AppId app = data.labels[row];
    const AppId voted = accounts.voted[row];
    walk_down(tree, data.row(row), [&](std::size_t column, auto from, auto to) {
      const auto gained = [&](AppId of) {
        return shares[to * forest.apps + of] - shares[from * forest.apps + of];
      };
      const std::size_t at = row * data.width + column;
      accounts.own[at] += static_cast<float>(gained(app));
      accounts.pull[at] += static_cast<float>(gained(voted) - gained(app));
    });
  }
}

Accounts account_for(const BuiltForest& built, const OutOfBag& judged,
                     const Dataset& data) {
  Accounts accounts{std::vector<float>(data.values.size()),
                    std::vector<float>(data.values.size()), votes_of(judged)};
  std::vector<std::size_t> trees(data.rows());
  for (std::size_t i = 0; i < built.forest.trees.size(); ++i) {
    add_tree(built.forest, built.forest.trees[i], built.in_bag[i], data,
             accounts);
    for (std::size_t row = 0; row < data.rows(); ++row) {
      if (!built.in_bag[i].contains(row)) ++trees[row];
    }
  }
  for (std::size_t at = 0; at < data.values.size(); ++at) {
    const auto count =
        static_cast<float>(std::max<std::size_t>(trees[at / data.width], 1));
    accounts.own[at] /= count;
    accounts.pull[at] /= count;
  }
  return accounts;
}

std::vector<float> signs_of(const Accounts& accounts, const OutOfBag& judged,
                            const Dataset& data) {
  std::vector<double> sums(data.apps.size() * data.width);
  std::vector<std::size_t> rows(data.apps.size());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    if (!judged.judged[row]) continue;
    const AppId app = data.labels[row];
    ++rows[app];
    for (std::size_t column = 0; column < data.width; ++column) {
      sums[app * data.width + column] +=
          static_cast<double>(accounts.own[row * data.width + column]);
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

// The columns that drew these rows, strongest first.
std::vector<Attractor::Sign> draw_signs(const Accounts& accounts,
                                        const Dataset& data,
                                        std::span<const std::size_t> rows) {
  std::vector<Attractor::Sign> signs;
  for (std::size_t column = 0; column < data.width; ++column) {
    double pull = 0;
    std::vector<float> values;
    for (const std::size_t row : rows) {
      pull += static_cast<double>(accounts.pull[row * data.width + column]);
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
  signs.resize(std::min(signs.size(), kSigns));
  return signs;
}

}  // namespace

FeatureProfile find_feature_profile(const BuiltForest& built,
                                    const OutOfBag& judged,
                                    const Dataset& data) {
  const Accounts accounts = account_for(built, judged, data);
  std::map<std::pair<AppId, AppId>, std::vector<std::size_t>> drawn;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    if (!judged.judged[row] || accounts.voted[row] == data.labels[row])
      continue;
    drawn[{data.labels[row], accounts.voted[row]}].push_back(row);
  }
  FeatureProfile feature_profile;
  feature_profile.signs = signs_of(accounts, judged, data);
  for (const auto& [pair, rows] : drawn) {
    feature_profile.attractors.push_back({pair.first, pair.second, rows.size(),
                                          draw_signs(accounts, data, rows)});
  }
  std::stable_sort(
      feature_profile.attractors.begin(), feature_profile.attractors.end(),
      [](const auto& a, const auto& b) { return a.flows > b.flows; });
  return feature_profile;
}

}  // namespace flowtell
