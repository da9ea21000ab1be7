// SPDX-License-Identifier: Apache-2.0
#include "learn/evidence_fit.h"

#include <algorithm>
#include <set>

namespace flowtell {
namespace {

constexpr std::size_t kMaxGroups = 8;
// The prior probability that a device uses an unknown app.
constexpr double kUnknownPrior = 0.02;

// Shares of flows by category, with equal weight for every app.
template <std::size_t n>
class Shares {
 public:
  explicit Shares(std::size_t apps) : counts_(apps) {}

  void count(AppId app, std::size_t kind) { ++counts_[app][kind]; }

  // Smoothed, so that no share is 0.
  std::array<double, n> mean() const {
    std::array<double, n> mean;
    mean.fill(kSmoothing / static_cast<double>(n));
    double sum = kSmoothing;
    for (const auto& app : counts_) {
      double rows = 0;
      for (const double count : app) rows += count;
      if (rows == 0) continue;
      for (std::size_t i = 0; i < n; ++i) mean[i] += app[i] / rows;
      ++sum;
    }
    for (double& share : mean) share /= sum;
    return mean;
  }

 private:
  static constexpr double kSmoothing = 0.1;  // in apps
  std::vector<std::array<double, n>> counts_;
};

template <std::size_t n>
std::array<double, n> ratios(const std::array<double, n>& above,
                             const std::array<double, n>& below) {
  std::array<double, n> all;
  for (std::size_t i = 0; i < n; ++i) all[i] = above[i] / below[i];
  return all;
}

// Ratios that never rise with the forest's confidence: adjacent bins whose
// ratios rise are pooled until none do (pool adjacent violators; Barlow et al.
// 1972).
template <std::size_t n>
std::array<double, n> falling_ratios(const std::array<double, n>& above,
                                     const std::array<double, n>& below) {
  struct Pool {
    double above;
    double below;
    std::size_t size;
    double ratio() const { return above / below; }
  };
  std::vector<Pool> pools;
  for (std::size_t i = 0; i < n; ++i) {
    Pool pool{above[i], below[i], 1};
    while (!pools.empty() && pools.back().ratio() < pool.ratio()) {
      const Pool& before = pools.back();
      pool = {before.above + pool.above, before.below + pool.below,
              before.size + pool.size};
      pools.pop_back();
    }
    pools.push_back(pool);
  }
  std::array<double, n> all;
  auto at = all.begin();
  for (const Pool& pool : pools) {
    at = std::fill_n(at, pool.size, pool.ratio());
  }
  return all;
}

std::size_t apps_with_rows(const Dataset& data) {
  const auto flows = data.flows_per_app();
  return static_cast<std::size_t>(std::ranges::count_if(
      flows, [](std::uint64_t count) { return count > 0; }));
}

// `apps`: how many apps the forests were trained on.
Shares<Novelty::kBins> top_shares(const Dataset& data,
                                  const DatasetScores& scores,
                                  std::size_t apps) {
  Shares<Novelty::kBins> shares(data.apps.size());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const auto votes = scores.shape.row(row);
    shares.count(
        data.labels[row],
        Novelty::bin(*std::max_element(votes.begin(), votes.end()), apps));
  }
  return shares;
}

// A name counts once per capture.
Shares<kNameMatches> matches(const Dataset& data, const DatasetScores& scores) {
  Shares<kNameMatches> shares(data.apps.size());
  std::set<std::pair<std::uint32_t, std::uint32_t>> counted;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const NameEvidence& name = scores.names[row];
    if (name.match == NameMatch::kNoName) continue;
    if (!counted.emplace(data.capture_of[row], name.number).second) continue;
    shares.count(data.labels[row], static_cast<std::size_t>(name.match));
  }
  return shares;
}

}  // namespace

DatasetScores score_left_out(const Dataset& data, const ShapeOptions& options) {
  const auto flows = data.flows_per_app();
  std::vector<std::size_t> group_of(data.apps.size());
  std::size_t assigned = 0;
  for (std::size_t app = 0; app < group_of.size(); ++app) {
    group_of[app] = assigned % kMaxGroups;
    if (flows[app] > 0) ++assigned;
  }
  std::vector<std::uint32_t> folds;
  for (const AppId app : data.labels) {
    folds.push_back(static_cast<std::uint32_t>(group_of[app]));
  }
  return score_held_out(data, folds, options);
}

Novelty fit_novelty(const Dataset& data, const DatasetScores& known,
                    const DatasetScores& left_out) {
  Novelty novelty;
  novelty.prior = kUnknownPrior;
  const std::size_t apps = apps_with_rows(data);
  const std::size_t group = (apps + kMaxGroups - 1) / kMaxGroups;
  novelty.shape =
      falling_ratios(top_shares(data, left_out, apps - group).mean(),
                     top_shares(data, known, apps).mean());
  novelty.name =
      ratios(matches(data, left_out).mean(), matches(data, known).mean());
  // A missing name is no evidence.
  novelty.name[static_cast<std::size_t>(NameMatch::kNoName)] = 1;
  return novelty;
}

}  // namespace flowtell
