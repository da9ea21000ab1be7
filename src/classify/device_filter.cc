// SPDX-License-Identifier: Apache-2.0
#include "classify/device_filter.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "base/portable_math.h"

namespace flowtell {
namespace {

// These are set by hand, once, by what group-a and group-b gained together
// (docs/accuracy.md); around them little changes.

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

// The step from one flow to the next: mostly the same app, else any, as likely
// as at the start.
void step_forward(std::span<double> values, std::span<const double> start) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = kStays * values[i] + (1 - kStays) * start[i];
  }
}

void step_back(std::span<double> values, std::span<const double> start) {
  const double any =
      std::inner_product(values.begin(), values.end(), start.begin(), 0.0);
  for (double& value : values) value = kStays * value + (1 - kStays) * any;
}

double strangeness(const Novelty& novelty, std::span<const double> shape) {
  return novelty.shape[Novelty::bin(
      *std::max_element(shape.begin(), shape.end()), shape.size())];
}

}  // namespace

DeviceFilter::DeviceFilter(EvidenceKinds kinds, std::size_t apps)
    : kinds_(kinds),
      apps_(apps),
      states_(apps + 1),
      beliefs_(std::make_unique<PosteriorStore>()) {}

void DeviceFilter::classify(const Burst& burst,
                            std::span<double> probabilities) {
  classify_early(burst, probabilities);
  if (!kinds_.time) return;
  beliefs_->put(burst.device, burst.last, std::span(smoothed_).last(states_));
}

void DeviceFilter::classify_early(const Burst& burst,
                                  std::span<double> probabilities) {
  weigh(burst);
  if (kinds_.time) belief_ = prior(burst);
  smooth(burst);
  write(probabilities);
}

void DeviceFilter::classify_alone(const Burst& burst,
                                  std::span<double> probabilities) {
  weigh(burst);
  const std::vector<double> any = start(burst.weights.novelty);
  smoothed_ = likelihoods_;
  for (std::size_t at = 0; at < smoothed_.size(); at += states_) {
    const auto row = std::span(smoothed_).subspan(at, states_);
    for (std::size_t i = 0; i < states_; ++i) row[i] *= any[i];
    normalise(row);
  }
  write(probabilities);
}

// The apps' part of what was found.
void DeviceFilter::write(std::span<double> probabilities) const {
  for (std::size_t i = 0; i * apps_ < probabilities.size(); ++i) {
    const auto row = std::span(smoothed_).subspan(i * states_, apps_);
    std::copy(row.begin(), row.end(),
              probabilities.subspan(i * apps_, apps_).begin());
  }
}

// Products of powers; no app's is 0. What is said of an app is set against
// what would be said if nothing were known.
void DeviceFilter::weigh(const Burst& burst) {
  const auto& [shape, name, words] = burst.scores;
  const EvidenceWeights& weights = burst.weights;
  const auto apps = static_cast<double>(apps_);
  const auto said = [&](double probability) {
    return (1 - kDoubt) * apps * probability + kDoubt;
  };
  const auto add = [&](std::span<const double> row, double strange,
                        double weight, std::span<double> likelihoods) {
    for (std::size_t app = 0; app < apps_; ++app) {
      likelihoods[app] *= power_(said(row[app]), weight);
    }
    likelihoods[apps_] *= power_(strange, weight);
  };
  const std::vector<double> of_names = name_weights(burst);
  likelihoods_.assign(words.size() * states_, 1);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto to = std::span(likelihoods_).subspan(i * states_, states_);
    if (kinds_.shape) {
      const auto row = shape.subspan(i * apps_, apps_);
      add(row, strangeness(weights.novelty, row), weights.shape, to);
    }
    if (kinds_.name) {
      const auto match = static_cast<std::size_t>(words[i].match);
      add(name.subspan(i * apps_, apps_), weights.novelty.name[match],
          of_names[i], to);
    }
    // Where other apps are not reckoned with, they must not outgrow the rest.
    if (weights.novelty.prior == 0) to.back() = 0;
  }
}

// By flow. Where every flow stands alone, none shares with another.
std::vector<double> DeviceFilter::name_weights(const Burst& burst) const {
  const auto words = burst.scores.words;
  std::vector<double> weights(words.size(), burst.weights.name);
  if (!kinds_.time || !kinds_.name) return weights;
  std::unordered_map<std::uint32_t, double> flows;
  for (const NameEvidence& word : words) ++flows[word.number];
  for (std::size_t i = 0; i < words.size(); ++i) {
    weights[i] /= flows[words[i].number];
  }
  return weights;
}

// Forward: what all flows up to this one say. Backward: what those behind it
// say. Their product, normalised, is what the whole burst says.
void DeviceFilter::smooth(const Burst& burst) {
  const std::vector<double> any = start(burst.weights.novelty);
  std::vector<double> carried = kinds_.time ? belief_ : any;
  smoothed_ = likelihoods_;
  const auto row = [&](std::size_t at) {
    return std::span(smoothed_).subspan(at, states_);
  };
  for (std::size_t at = 0; at < smoothed_.size(); at += states_) {
    if (!kinds_.time) carried = any;
    step_forward(carried, any);
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
    step_back(carried, any);
    const auto before = row(at - states_);
    for (std::size_t i = 0; i < states_; ++i) before[i] *= carried[i];
    normalise(before);
  }
}

// What is believed of a device of which nothing is known.
std::vector<double> DeviceFilter::start(const Novelty& novelty) const {
  std::vector<double> start(states_,
                            (1 - novelty.prior) / static_cast<double>(apps_));
  start[apps_] = novelty.prior;
  return start;
}

// What is believed before the burst.
std::vector<double> DeviceFilter::prior(const Burst& burst) {
  std::vector<double> prior = start(burst.weights.novelty);
  const DevicePosterior* belief = beliefs_->find(burst.device);
  silence_.reset();
  if (belief == nullptr) return prior;
  silence_ = std::max(burst.first - belief->last, Duration::zero());
  const double worth = portable_exp2(-in_seconds(*silence_) / kHalfLife);
  for (std::size_t i = 0; i < states_; ++i) {
    prior[i] = worth * belief->apps[i] + (1 - worth) * prior[i];
  }
  return prior;
}

}  // namespace flowtell
