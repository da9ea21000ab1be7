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
// Without time as evidence every flow stands alone.
//
// One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/evidence.h"
#include "predict/belief_store.h"

namespace flowtell {

// What the witnesses say of flows: for each, one probability an app, of equally
// likely apps.
struct Testimony {
  std::span<const double> shape;
  std::span<const double> name;  // all alike for a flow without a name
};

class BurstJudge {
 public:
  BurstJudge(EvidenceKinds kinds, std::size_t apps);

  struct Burst {
    Address device;
    Timestamp first;  // its first packet
    Timestamp last;
    Testimony testimony;  // of its flows, in their order
    EvidenceWeights weights;
  };

  // One row of probabilities a flow; the device's belief moves on.
  void judge(const Burst& burst, std::span<double> probabilities);

  // The same for flows of a burst that is not over: no belief moves.
  void judge_early(const Burst& burst, std::span<double> probabilities);

  // Of the burst judged last: what was believed of its device when it began
  // (empty without time as evidence), and how long it had been silent by then
  // (nothing: it was not known).
  std::span<const double> belief() const { return belief_; }
  std::optional<Duration> silence() const { return silence_; }

 private:
  void weigh(const Burst& burst);
  void smooth(std::span<double> probabilities);
  std::vector<double> prior(const Burst& burst);

  EvidenceKinds kinds_;
  std::size_t apps_;
  std::vector<double> likelihoods_;  // of the burst at hand, a row a flow
  std::vector<double> belief_;       // before its first flow
  std::optional<Duration> silence_;  // how old that was then
  std::unique_ptr<BeliefStore> beliefs_;
};

}  // namespace flowtell
