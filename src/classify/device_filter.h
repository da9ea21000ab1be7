// SPDX-License-Identifier: Apache-2.0
//
// Weighs what the witnesses say of a burst's flows, and what its device did
// before, into probabilities.
//
// The idea: a device is a hidden Markov model (Rabiner 1989). Its state is the
// app in use; each flow is seen through the witnesses' words, whose likelihoods
// are raised to the fitted weights and multiplied. Within a burst the app is
// likely to stay the same from one flow to the next, and each flow's
// probabilities are those given the whole burst (forward-backward), for all of
// it is there when it is judged. From burst to burst only the past is known
// (forward), and a belief is worth half after ten seconds of silence, so that
// what a person did a while ago binds nobody.
//
// A name that comes up several times in a burst is one statement: its flows
// share its weight.
//
// Besides the apps taught there is one state more, that of any other app, in
// which flows look as apps did that were left out of learning (Novelty). What
// an app's probabilities lack to 1 is its.
//
// Without time as evidence every flow stands alone.
//
// One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "classify/posterior_store.h"
#include "classify/power_cache.h"
#include "model/evidence.h"

namespace flowtell {

// Which name a flow has, and how the name table knows it.
struct NameEvidence {
  std::uint32_t number = 0;  // equal within a burst where the names are
  NameMatch match = NameMatch::kNoName;
};

// What the witnesses say of flows: for each, one probability an app, of equally
// likely apps.
struct BurstScores {
  std::span<const double> shape;
  std::span<const double> name;         // all alike for a flow without a name
  std::span<const NameEvidence> words;  // one a flow
};

class DeviceFilter {
 public:
  DeviceFilter(EvidenceKinds kinds, std::size_t apps);

  struct Burst {
    Address device;
    Timestamp first;  // its first packet
    Timestamp last;
    BurstScores scores;  // of its flows, in their order
    EvidenceWeights weights;
  };

  // One row of probabilities a flow, of the apps taught; the device's belief
  // moves on.
  void classify(const Burst& burst, std::span<double> probabilities);

  // The same for flows of a burst that is not over: no belief moves.
  void classify_early(const Burst& burst, std::span<double> probabilities);

  // What each flow says by itself: as judged, but for its device's past and the
  // other flows. No belief moves.
  void classify_alone(const Burst& burst, std::span<double> probabilities);

  // Of the burst judged last: what was believed of its device when it began
  // (empty without time as evidence), and how long it had been silent by then
  // (nothing: it was not known).
  std::span<const double> belief() const {
    return std::span(belief_).first(belief_.empty() ? 0 : apps_);
  }
  std::optional<Duration> silence() const { return silence_; }

 private:
  void weigh(const Burst& burst);
  std::vector<double> name_weights(const Burst& burst) const;
  void smooth(const Burst& burst);
  std::vector<double> start(const Novelty& novelty) const;
  std::vector<double> prior(const Burst& burst);
  void write(std::span<double> probabilities) const;

  EvidenceKinds kinds_;
  std::size_t apps_;
  std::size_t states_;               // the apps, and any other
  std::vector<double> likelihoods_;  // of the burst at hand, a row a flow
  std::vector<double> smoothed_;     // the same, given the whole burst
  std::vector<double> belief_;       // before its first flow
  std::optional<Duration> silence_;  // how old that was then
  PowerCache power_;
  std::unique_ptr<PosteriorStore> beliefs_;
};

}  // namespace flowtell
