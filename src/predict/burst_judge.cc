// SPDX-License-Identifier: Apache-2.0
#include "predict/burst_judge.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace flowtell {
namespace {

// Probability that the app stays the same from one flow of a burst to the next.
constexpr double kStays = 0.98;
// The silence after which a belief is worth half.
constexpr double kHalfLife = 10;  // seconds
// No witness is ever quite sure: this part of what it says is said of all apps
// alike.
constexpr double kDoubt = 0.02;

void normalise(std::span<double> values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  for (double& value : values) value /= sum;
}

// The step from one flow to the next: mostly the same app, else any.
void step(std::span<double> values) {
  const double other = (1 - kStays) / static_cast<double>(values.size());
  for (double& value : values) value = kStays * value + other;
}

}  // namespace

BurstJudge::BurstJudge(EvidenceKinds kinds, std::size_t apps)
    : kinds_(kinds), apps_(apps), beliefs_(std::make_unique<BeliefStore>()) {}

void BurstJudge::judge(const Burst& burst, std::span<double> probabilities) {
  judge_early(burst, probabilities);
  if (!kinds_.time) return;
  beliefs_->put(burst.device, burst.last, probabilities.last(apps_));
}

void BurstJudge::judge_early(const Burst& burst,
                             std::span<double> probabilities) {
  weigh(burst);
  std::copy(likelihoods_.begin(), likelihoods_.end(), probabilities.begin());
  if (kinds_.time) {
    belief_ = prior(burst);
    smooth(probabilities);
  }
  for (std::size_t at = 0; at < probabilities.size(); at += apps_) {
    normalise(probabilities.subspan(at, apps_));
  }
}

// Products of powers, of which none is 0.
void BurstJudge::weigh(const Burst& burst) {
  const auto& [shape, name] = burst.testimony;
  const double floor = kDoubt / static_cast<double>(apps_);
  const auto said = [&](double probability, double weight) {
    return std::pow((1 - kDoubt) * probability + floor, weight);
  };
  likelihoods_.assign(kinds_.shape ? shape.size() : name.size(), 1);
  for (std::size_t i = 0; i < likelihoods_.size(); ++i) {
    if (kinds_.shape) likelihoods_[i] *= said(shape[i], burst.weights.shape);
    if (kinds_.name) likelihoods_[i] *= said(name[i], burst.weights.name);
  }
}

// Forward: what all flows up to this one say. Backward: what those behind it
// say. Their product, normalised, is what the whole burst says.
void BurstJudge::smooth(std::span<double> probabilities) {
  std::vector<double> carried = belief_;
  const auto row = [&](std::span<double> of, std::size_t at) {
    return of.subspan(at, apps_);
  };
  const std::size_t size = probabilities.size();
  for (std::size_t at = 0; at < size; at += apps_) {
    step(carried);
    for (std::size_t app = 0; app < apps_; ++app) {
      carried[app] *= likelihoods_[at + app];
    }
    normalise(carried);
    std::copy(carried.begin(), carried.end(), row(probabilities, at).begin());
  }
  std::fill(carried.begin(), carried.end(), 1.0);
  for (std::size_t at = size - apps_; at > 0; at -= apps_) {
    for (std::size_t app = 0; app < apps_; ++app) {
      carried[app] *= likelihoods_[at + app];
    }
    normalise(carried);
    step(carried);
    for (std::size_t app = 0; app < apps_; ++app) {
      probabilities[at - apps_ + app] *= carried[app];
    }
  }
}

// What is believed before the burst: of a device not known, nothing.
std::vector<double> BurstJudge::prior(const Burst& burst) {
  const double any = 1 / static_cast<double>(apps_);
  std::vector<double> prior(apps_, any);
  const Belief* belief = beliefs_->find(burst.device);
  silence_.reset();
  if (belief == nullptr) return prior;
  silence_ = std::max(burst.first - belief->last, Duration::zero());
  const double worth = std::exp2(-in_seconds(*silence_) / kHalfLife);
  for (std::size_t app = 0; app < apps_; ++app) {
    prior[app] = worth * belief->apps[app] + (1 - worth) * any;
  }
  return prior;
}

}  // namespace flowtell
