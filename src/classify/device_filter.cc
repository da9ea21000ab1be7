// SPDX-License-Identifier: Apache-2.0
#include "classify/device_filter.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "base/portable_math.h"

namespace flowtell {
namespace {

// Chosen by hand on group-a and group-b together (docs/accuracy.md). Accuracy
// changes little around these values.

// Probability that the app stays the same from one flow of a burst to the next.
constexpr double kStay = 0.98;
// Silence after which a device's posterior counts half.
constexpr double kHalfLife = 10;  // seconds

void normalise(std::span<double> values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  for (double& value : values) value /= sum;
}

// The transition to the next flow: the same app, or else one drawn from
// `start`.
void step_forward(std::span<double> values, std::span<const double> start) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = kStay * values[i] + (1 - kStay) * start[i];
  }
}

void step_back(std::span<double> values, std::span<const double> start) {
  const double mean =
      std::inner_product(values.begin(), values.end(), start.begin(), 0.0);
  for (double& value : values) value = kStay * value + (1 - kStay) * mean;
}

}  // namespace

void temper(std::span<double> probabilities, double temperature) {
  for (double& probability : probabilities) {
    probability = portable_pow(probability, 1 / temperature);
  }
  normalise(probabilities);
}

DeviceFilter::DeviceFilter(EvidenceKinds kinds, std::size_t apps)
    : kinds_(kinds),
      apps_(apps),
      pairs_(apps),
      store_(std::make_unique<DeviceStore<DevicePosterior>>()) {}

void DeviceFilter::classify(const ScoredBurst& burst,
                            std::span<double> probabilities) {
  classify_early(burst, probabilities);
  if (!kinds_.time) return;
  DevicePosterior& posterior = store_->update(burst.device);
  posterior.last = burst.last;
  const auto last = std::span(smoothed_).last(apps_);
  posterior.apps.assign(last.begin(), last.end());
}

void DeviceFilter::classify_early(const ScoredBurst& burst,
                                  std::span<double> probabilities) {
  if (kinds_.time) prior_ = prior_for(burst);
  compute_likelihoods(burst, {burst.weights.shape, burst.weights.name});
  smooth();
  if (kinds_.time) mix_pairs(burst);
  write(burst, probabilities);
}

void DeviceFilter::classify_alone(const ScoredBurst& burst,
                                  std::span<double> probabilities) {
  compute_likelihoods(burst, {burst.weights.shape, burst.weights.name});
  smoothed_ = likelihoods_;
  for (std::size_t at = 0; at < smoothed_.size(); at += apps_) {
    normalise(std::span(smoothed_).subspan(at, apps_));
  }
  write(burst, probabilities);
}

// The posteriors as final probabilities. The device's own stay as they are.
void DeviceFilter::write(const ScoredBurst& burst,
                         std::span<double> probabilities) const {
  std::ranges::copy(smoothed_, probabilities.begin());
  if (burst.weights.temperature == 1) return;
  for (std::size_t at = 0; at < smoothed_.size(); at += apps_) {
    temper(probabilities.subspan(at, apps_), burst.weights.temperature);
  }
}

// Likelihoods are products of powers, relative to a uniform score; none is 0.
void DeviceFilter::compute_likelihoods(const ScoredBurst& burst,
                                       Exponents exponents) {
  const BurstScores& scores = burst.scores;
  const auto add = [&](std::span<const double> row, double weight,
                       std::span<double> likelihoods) {
    for (std::size_t app = 0; app < apps_; ++app) {
      likelihoods[app] *= power_(score_likelihood(row[app], apps_), weight);
    }
  };
  const std::vector<double> name_weight = name_weights(burst, exponents.name);
  likelihoods_.assign(scores.names.size() * apps_, 1);
  for (std::size_t i = 0; i < scores.names.size(); ++i) {
    const auto to = std::span(likelihoods_).subspan(i * apps_, apps_);
    if (kinds_.shape) {
      add(scores.shape.subspan(i * apps_, apps_), exponents.shape, to);
    }
    if (kinds_.name) {
      add(scores.name.subspan(i * apps_, apps_), name_weight[i], to);
    }
  }
}

// By flow. Flows share the weight of a name only with time evidence.
std::vector<double> DeviceFilter::name_weights(const ScoredBurst& burst,
                                               double weight) const {
  const auto evidence = burst.scores.names;
  std::vector<double> weights(evidence.size(), weight);
  if (!kinds_.time || !kinds_.name) return weights;
  std::unordered_map<std::uint64_t, double> flows;
  for (const NameEvidence& name : evidence) ++flows[name.key];
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    weights[i] /= flows[evidence[i].key];
  }
  return weights;
}

// The flows are weighted as alone here: that they are of the same app is what
// is tested.
void DeviceFilter::mix_pairs(const ScoredBurst& burst) {
  pairs_.forget();
  if (likelihoods_.size() == apps_) return;  // a single flow
  std::vector<double> posteriors = smoothed_;
  compute_likelihoods(burst,
                      {burst.weights.shape_alone, burst.weights.name_alone});
  const ScaledProduct one_app = forward();
  smoothed_ = std::move(posteriors);
  pairs_.mix({likelihoods_, prior_, one_app}, smoothed_);
}

// Writes the posteriors given the flows up to each one. Returns the likelihood
// of all.
ScaledProduct DeviceFilter::forward() {
  const std::vector<double> initial = start();
  std::vector<double> carried = kinds_.time ? prior_ : initial;
  ScaledProduct likelihood;
  smoothed_.resize(likelihoods_.size());
  for (std::size_t at = 0; at < smoothed_.size(); at += apps_) {
    if (!kinds_.time) carried = initial;
    step_forward(carried, initial);
    for (std::size_t i = 0; i < apps_; ++i) {
      carried[i] *= likelihoods_[at + i];
    }
    likelihood.multiply(std::accumulate(carried.begin(), carried.end(), 0.0));
    normalise(carried);
    std::ranges::copy(carried, std::span(smoothed_).subspan(at).begin());
  }
  return likelihood;
}

// Forward-backward: the forward pass covers the flows up to each one, the
// backward pass those after it. Their normalised product is the posterior.
void DeviceFilter::smooth() {
  forward();
  if (!kinds_.time) return;
  const std::vector<double> initial = start();
  const auto row = [&](std::size_t at) {
    return std::span(smoothed_).subspan(at, apps_);
  };
  std::vector<double> carried(apps_, 1.0);
  for (std::size_t at = smoothed_.size() - apps_; at > 0; at -= apps_) {
    for (std::size_t i = 0; i < apps_; ++i) {
      carried[i] *= likelihoods_[at + i];
    }
    normalise(carried);
    step_back(carried, initial);
    const auto before = row(at - apps_);
    for (std::size_t i = 0; i < apps_; ++i) before[i] *= carried[i];
    normalise(before);
  }
}

// The prior of a device without history.
std::vector<double> DeviceFilter::start() const {
  return std::vector<double>(apps_, 1 / static_cast<double>(apps_));
}

// The device's decayed posterior, or `start` for an unseen device.
std::vector<double> DeviceFilter::prior_for(const ScoredBurst& burst) {
  std::vector<double> prior = start();
  const DevicePosterior* posterior = store_->find(burst.device);
  silence_.reset();
  if (posterior == nullptr) return prior;
  silence_ = std::max(burst.first - posterior->last, Duration::zero());
  const double decay = portable_exp2(-in_seconds(*silence_) / kHalfLife);
  for (std::size_t i = 0; i < apps_; ++i) {
    prior[i] = decay * posterior->apps[i] + (1 - decay) * prior[i];
  }
  return prior;
}

}  // namespace flowtell
