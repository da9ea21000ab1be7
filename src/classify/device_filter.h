// SPDX-License-Identifier: Apache-2.0
//
// Combines the scores of a burst's flows with the device's past into
// probabilities.
//
// A device is modelled as a hidden Markov model (Rabiner 1989). The state is
// the app in use; the observations of a flow are its scores, whose likelihoods
// are raised to the fitted weights and multiplied. Within a burst the app tends
// to stay the same from one flow to the next, and each flow's probabilities are
// conditioned on the whole burst (forward-backward). Across bursts only the
// past counts (forward). Evidence decays with a half-life of 10 s.
//
// A burst that fits two apps at once better than one is of both
// (app_pairs.h).
//
// A name that occurs several times in a burst counts once: its flows share its
// weight.
//
// Without time evidence each flow is classified on its own.
//
// One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/recency_list.h"
#include "base/scaled_product.h"
#include "base/time.h"
#include "classify/app_pairs.h"
#include "classify/device_store.h"
#include "classify/power_cache.h"
#include "classify/scored_burst.h"
#include "decode/address.h"
#include "model/evidence.h"

namespace flowtell {

// A device's state after its last burst.
struct DevicePosterior {
  Address device;
  RecencyLinks recency;
  Timestamp last{};          // the device's last packet
  std::vector<double> apps;  // one probability per app
};

class DeviceFilter {
 public:
  DeviceFilter(EvidenceKinds kinds, std::size_t apps);

  // Writes one row of probabilities per flow, and
  // updates the device's posterior.
  void classify(const ScoredBurst& burst, std::span<double> probabilities);

  // The same for a burst that has not ended; updates nothing.
  void classify_early(const ScoredBurst& burst,
                      std::span<double> probabilities);

  // Classifies each flow on its own, without the device's past and the other
  // flows. Updates nothing.
  void classify_alone(const ScoredBurst& burst,
                      std::span<double> probabilities);

  // Of the burst classified last: the device's prior at its start (empty
  // without time evidence), the device's silence before it (nullopt for a
  // device not seen before), and the apps it fits together, if any.
  std::span<const double> prior() const { return prior_; }
  std::optional<Duration> silence() const { return silence_; }
  std::optional<AppPairs::Pair> two_apps() const { return pairs_.likeliest(); }

 private:
  struct Exponents {
    double shape = 1;
    double name = 1;
  };
  void compute_likelihoods(const ScoredBurst& burst, Exponents exponents);
  std::vector<double> name_weights(const ScoredBurst& burst,
                                   double weight) const;
  void mix_pairs(const ScoredBurst& burst);
  ScaledProduct forward();
  void write(const ScoredBurst& burst, std::span<double> probabilities) const;
  void smooth();
  std::vector<double> start() const;
  std::vector<double> prior_for(const ScoredBurst& burst);

  EvidenceKinds kinds_;
  std::size_t apps_;
  std::vector<double> likelihoods_;  // of the current burst, a row per flow
  std::vector<double> smoothed_;     // posteriors given the whole burst
  std::vector<double> prior_;        // before its first flow
  std::optional<Duration> silence_;  // before its first flow
  AppPairs pairs_;
  PowerCache power_;
  std::unique_ptr<DeviceStore<DevicePosterior>> store_;
};

// The likelihood of a scorer's probability for one of `apps` apps, relative to
// a uniform score. A share of each score is spread evenly over all apps, so
// that none is 0.
inline double score_likelihood(double probability, std::size_t apps) {
  constexpr double kSmoothing = 0.02;
  return (1 - kSmoothing) * static_cast<double>(apps) * probability +
         kSmoothing;
}

// Raises probabilities to 1/temperature and normalises them. REQUIRES: they sum
// to 1, and a temperature of at least 1.
void temper(std::span<double> probabilities, double temperature);

}  // namespace flowtell
