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
// Share of each score that is spread evenly over all apps, so that no app gets
// a likelihood of 0.
constexpr double kSmoothing = 0.02;

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

double shape_novelty(const Novelty& novelty, std::span<const double> shape) {
  return novelty.shape[Novelty::bin(
      *std::max_element(shape.begin(), shape.end()), shape.size())];
}

}  // namespace

DeviceFilter::DeviceFilter(EvidenceKinds kinds, std::size_t apps)
    : kinds_(kinds),
      apps_(apps),
      states_(apps + 1),
      store_(std::make_unique<PosteriorStore>()) {}

void DeviceFilter::classify(const Burst& burst,
                            std::span<double> probabilities) {
  classify_early(burst, probabilities);
  if (!kinds_.time) return;
  store_->put(burst.device, burst.last, std::span(smoothed_).last(states_));
}

void DeviceFilter::classify_early(const Burst& burst,
                                  std::span<double> probabilities) {
  compute_likelihoods(burst);
  if (kinds_.time) prior_ = prior_for(burst);
  smooth(burst);
  write_rows(probabilities);
}

void DeviceFilter::classify_alone(const Burst& burst,
                                  std::span<double> probabilities) {
  compute_likelihoods(burst);
  const std::vector<double> initial = start(burst.weights.novelty);
  smoothed_ = likelihoods_;
  for (std::size_t at = 0; at < smoothed_.size(); at += states_) {
    const auto row = std::span(smoothed_).subspan(at, states_);
    for (std::size_t i = 0; i < states_; ++i) row[i] *= initial[i];
    normalise(row);
  }
  write_rows(probabilities);
}

// Drops the unknown app's column.
void DeviceFilter::write_rows(std::span<double> probabilities) const {
  for (std::size_t i = 0; i * apps_ < probabilities.size(); ++i) {
    const auto row = std::span(smoothed_).subspan(i * states_, apps_);
    std::copy(row.begin(), row.end(),
              probabilities.subspan(i * apps_, apps_).begin());
  }
}

// Likelihoods are products of powers, relative to a uniform score; none is 0
// for a trained app.
void DeviceFilter::compute_likelihoods(const Burst& burst) {
  const auto& [shape, name, name_evidence] = burst.scores;
  const EvidenceWeights& weights = burst.weights;
  const auto apps = static_cast<double>(apps_);
  const auto smoothed = [&](double probability) {
    return (1 - kSmoothing) * apps * probability + kSmoothing;
  };
  const auto add = [&](std::span<const double> row, double novelty,
                       double weight, std::span<double> likelihoods) {
    for (std::size_t app = 0; app < apps_; ++app) {
      likelihoods[app] *= power_(smoothed(row[app]), weight);
    }
    likelihoods[apps_] *= power_(novelty, weight);
  };
  const std::vector<double> name_weight = name_weights(burst);
  likelihoods_.assign(name_evidence.size() * states_, 1);
  for (std::size_t i = 0; i < name_evidence.size(); ++i) {
    const auto to = std::span(likelihoods_).subspan(i * states_, states_);
    if (kinds_.shape) {
      const auto row = shape.subspan(i * apps_, apps_);
      add(row, shape_novelty(weights.novelty, row), weights.shape, to);
    }
    if (kinds_.name) {
      const auto match = static_cast<std::size_t>(name_evidence[i].match);
      add(name.subspan(i * apps_, apps_), weights.novelty.name[match],
          name_weight[i], to);
    }
    // With a prior of 0 the unknown app is ruled out.
    if (weights.novelty.prior == 0) to.back() = 0;
  }
}

// By flow. Flows share the weight of a name only with time evidence.
std::vector<double> DeviceFilter::name_weights(const Burst& burst) const {
  const auto evidence = burst.scores.names;
  std::vector<double> weights(evidence.size(), burst.weights.name);
  if (!kinds_.time || !kinds_.name) return weights;
  std::unordered_map<std::uint32_t, double> flows;
  for (const NameEvidence& name : evidence) ++flows[name.number];
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    weights[i] /= flows[evidence[i].number];
  }
  return weights;
}

// Forward-backward: the forward pass covers the flows up to each one, the
// backward pass those after it. Their normalised product is the posterior.
void DeviceFilter::smooth(const Burst& burst) {
  const std::vector<double> initial = start(burst.weights.novelty);
  std::vector<double> carried = kinds_.time ? prior_ : initial;
  smoothed_ = likelihoods_;
  const auto row = [&](std::size_t at) {
    return std::span(smoothed_).subspan(at, states_);
  };
  for (std::size_t at = 0; at < smoothed_.size(); at += states_) {
    if (!kinds_.time) carried = initial;
    step_forward(carried, initial);
    for (std::size_t i = 0; i < states_; ++i) {
      carried[i] *= likelihoods_[at + i];
    }
    normalise(carried);
    std::copy(carried.begin(), carried.end(), row(at).begin());
  }
  if (!kinds_.time) return;
  std::fill(carried.begin(), carried.end(), 1.0);
  for (std::size_t at = smoothed_.size() - states_; at > 0; at -= states_) {
    for (std::size_t i = 0; i < states_; ++i) {
      carried[i] *= likelihoods_[at + i];
    }
    normalise(carried);
    step_back(carried, initial);
    const auto before = row(at - states_);
    for (std::size_t i = 0; i < states_; ++i) before[i] *= carried[i];
    normalise(before);
  }
}

// The prior of a device without history.
std::vector<double> DeviceFilter::start(const Novelty& novelty) const {
  std::vector<double> start(states_,
                            (1 - novelty.prior) / static_cast<double>(apps_));
  start[apps_] = novelty.prior;
  return start;
}

// The device's decayed posterior, or `start` for an unseen device.
std::vector<double> DeviceFilter::prior_for(const Burst& burst) {
  std::vector<double> prior = start(burst.weights.novelty);
  const DevicePosterior* posterior = store_->find(burst.device);
  silence_.reset();
  if (posterior == nullptr) return prior;
  silence_ = std::max(burst.first - posterior->last, Duration::zero());
  const double decay = portable_exp2(-in_seconds(*silence_) / kHalfLife);
  for (std::size_t i = 0; i < states_; ++i) {
    prior[i] = decay * posterior->apps[i] + (1 - decay) * prior[i];
  }
  return prior;
}

}  // namespace flowtell
