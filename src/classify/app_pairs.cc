// SPDX-License-Identifier: Apache-2.0
#include "classify/app_pairs.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace flowtell {
namespace {

// Chosen by hand on group-a, group-b and iot (docs/accuracy.md).

// Probability of two apps at once, before any evidence.
constexpr double kTwoApps = 0.1;
// Probability that the next flow is of the same app of the pair.
constexpr double kStayInPair = 0.7;
// Pairs below this are not reported.
constexpr double kMinReported = 0.01;

// The weights of two states after a flow that leaves them `first` to `second`.
struct States {
  double first = 0.5;
  double second = 0.5;

  double sum() const { return first + second; }
  void normalise() {
    const double by = sum();
    first /= by;
    second /= by;
  }
  void step() {
    const double stayed = first;
    first = kStayInPair * stayed + (1 - kStayInPair) * second;
    second = kStayInPair * second + (1 - kStayInPair) * stayed;
  }
};

}  // namespace

void AppPairs::mix(const Burst& burst, std::span<double> posteriors) {
  likeliest_.reset();
  const std::vector<AppId> apps = candidates(burst);
  if (apps.size() < 2) return;
  ScaledProduct one_app = burst.one_app;
  one_app.multiply(1 - kTwoApps);
  int greatest = one_app.exponent();
  std::vector<Hypothesis> pairs;
  pairs.reserve(apps.size() * (apps.size() - 1) / 2);
  for (std::size_t i = 0; i < apps.size(); ++i) {
    for (std::size_t j = i + 1; j < apps.size(); ++j) {
      pairs.push_back(smooth(burst, apps[i], apps[j]));
      greatest = std::max(greatest, pairs.back().likelihood.exponent());
    }
  }
  double sum = one_app.over_power(greatest);
  for (const Hypothesis& pair : pairs) {
    sum += pair.likelihood.over_power(greatest);
  }
  const double of_one = one_app.over_power(greatest) / sum;
  for (double& posterior : posteriors) posterior *= of_one;
  for (const Hypothesis& pair : pairs) {
    const double probability = pair.likelihood.over_power(greatest) / sum;
    add(pair, probability, posteriors);
    if (probability < kMinReported) continue;
    if (likeliest_ && likeliest_->probability >= probability) continue;
    likeliest_ = {pair.first, pair.second, probability};
  }
}

// By evidence: the sum of an app's shares of the flows' likelihoods.
std::vector<AppId> AppPairs::candidates(const Burst& burst) const {
  std::vector<double> evidence(apps_);
  std::vector<bool> is_likeliest(apps_);
  for (std::size_t at = 0; at < burst.likelihoods.size(); at += apps_) {
    const auto row = burst.likelihoods.subspan(at, apps_);
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    for (std::size_t app = 0; app < apps_; ++app) {
      evidence[app] += row[app] / sum;
    }
    const auto best = std::ranges::max_element(row) - row.begin();
    is_likeliest[static_cast<std::size_t>(best)] = true;
  }
  std::vector<AppId> apps;
  for (std::size_t app = 0; app < apps_; ++app) {
    if (is_likeliest[app]) apps.push_back(static_cast<AppId>(app));
  }
  std::ranges::stable_sort(apps, std::greater{},
                           [&](AppId app) { return evidence[app]; });
  apps.resize(std::min(apps.size(), kMaxCandidates));
  return apps;
}

// Forward-backward over two states. The prior of a pair is that of its apps:
// summed over all pairs, it is kTwoApps.
AppPairs::Hypothesis AppPairs::smooth(const Burst& burst, AppId first,
                                      AppId second) const {
  const std::size_t flows = burst.likelihoods.size() / apps_;
  const auto likelihoods = [&](std::size_t flow) -> States {
    return {burst.likelihoods[flow * apps_ + first],
            burst.likelihoods[flow * apps_ + second]};
  };
  Hypothesis pair{first, second, {}, std::vector<double>(flows)};
  pair.likelihood.multiply(kTwoApps *
                           (burst.prior[first] + burst.prior[second]) /
                           static_cast<double>(apps_ - 1));
  States states;
  for (std::size_t flow = 0; flow < flows; ++flow) {
    if (flow > 0) states.step();
    const States likely = likelihoods(flow);
    states.first *= likely.first;
    states.second *= likely.second;
    pair.likelihood.multiply(states.sum());
    states.normalise();
    pair.posteriors[flow] = states.first;
  }
  States after{1, 1};
  for (std::size_t flow = flows - 1; flow > 0; --flow) {
    const States likely = likelihoods(flow);
    after.first *= likely.first;
    after.second *= likely.second;
    after.normalise();
    after.step();
    double& posterior = pair.posteriors[flow - 1];
    States both{posterior * after.first, (1 - posterior) * after.second};
    both.normalise();
    posterior = both.first;
  }
  return pair;
}

void AppPairs::add(const Hypothesis& pair, double weight,
                   std::span<double> posteriors) const {
  for (std::size_t flow = 0; flow < pair.posteriors.size(); ++flow) {
    const auto row = posteriors.subspan(flow * apps_, apps_);
    row[pair.first] += weight * pair.posteriors[flow];
    row[pair.second] += weight * (1 - pair.posteriors[flow]);
  }
}

}  // namespace flowtell
