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
// A name that occurs several times in a burst counts once: its flows share its
// weight.
//
// One extra state stands for the unknown app. Its likelihoods are fitted on
// apps left out of training (Novelty). Its probability is 1 minus the sum of
// the trained apps' probabilities.
//
// Without time evidence each flow is classified on its own.
//
// One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "classify/name_scorer.h"
#include "classify/posterior_store.h"
#include "classify/power_cache.h"
#include "decode/address.h"
#include "model/evidence.h"

namespace flowtell {

// The scores of flows: one probability per flow and app, under a uniform prior
// over the apps.
struct BurstScores {
  std::span<const double> shape;
  std::span<const double> name;         // uniform for a flow without a name
  std::span<const NameEvidence> names;  // one per flow
};

class DeviceFilter {
 public:
  DeviceFilter(EvidenceKinds kinds, std::size_t apps);

  struct Burst {
    Address device;
    Timestamp first;  // time of its first packet
    Timestamp last;
    BurstScores scores;  // of its flows, in order
    const EvidenceWeights& weights;
  };

  // Writes one row of probabilities per flow, over the trained apps, and
  // updates the device's posterior.
  void classify(const Burst& burst, std::span<double> probabilities);

  // The same for a burst that has not ended; updates nothing.
  void classify_early(const Burst& burst, std::span<double> probabilities);

  // Classifies each flow on its own, without the device's past and the other
  // flows. Updates nothing.
  void classify_alone(const Burst& burst, std::span<double> probabilities);

  // Of the burst classified last: the device's prior at its start (empty
  // without time evidence), and the device's silence before it (nullopt for a
  // device not seen before).
  std::span<const double> prior() const {
    return std::span(prior_).first(prior_.empty() ? 0 : apps_);
  }
  std::optional<Duration> silence() const { return silence_; }

 private:
  void compute_likelihoods(const Burst& burst);
  std::vector<double> name_weights(const Burst& burst) const;
  void smooth(const Burst& burst);
  std::vector<double> start(const Novelty& novelty) const;
  std::vector<double> prior_for(const Burst& burst);
  void write_rows(std::span<double> probabilities) const;

  EvidenceKinds kinds_;
  std::size_t apps_;
  std::size_t states_;               // the apps and the unknown app
  std::vector<double> likelihoods_;  // of the current burst, a row per flow
  std::vector<double> smoothed_;     // posteriors given the whole burst
  std::vector<double> prior_;        // before its first flow
  std::optional<Duration> silence_;  // before its first flow
  PowerCache power_;
  std::unique_ptr<PosteriorStore> store_;
};

}  // namespace flowtell
