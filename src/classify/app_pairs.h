// SPDX-License-Identifier: Apache-2.0
//
// Two apps at once: the hypothesis that a burst holds the flows of two apps in
// use on one device, each flow of either.
//
// The device filter expects one app at a time. Where the flows of two apps
// alternate, it names all of them as the app with more evidence. So it weighs
// its own explanation of the burst against each pair of apps (Bayesian model
// averaging, Hoeting et al. 1999). A pair is a hidden Markov model of two
// states that change often.
//
// Pairs are of the kMaxCandidates apps with the most evidence among those that
// are likeliest for at least one flow, which bounds the cost of a flow. A burst
// whose flows all agree has no pairs and costs nothing.
//
// One thread at a time.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/scaled_product.h"
#include "model/app.h"

namespace flowtell {

class AppPairs {
 public:
  static constexpr std::size_t kMaxCandidates = 6;

  explicit AppPairs(std::size_t apps) : apps_(apps) {}

  // What is known of a burst; one row of `apps` numbers per flow.
  struct Burst {
    std::span<const double> likelihoods;
    std::span<const double> prior;  // of the apps, before its first flow
    ScaledProduct one_app;  // likelihood of all its flows under the filter
  };

  // Mixes the posteriors of pairs into those of the filter, as much as the
  // burst supports each.
  void mix(const Burst& burst, std::span<double> posteriors);

  // The likeliest pair of the burst mixed last; none where no pair has a
  // probability of at least 1 %.
  struct Pair {
    AppId first = 0;
    AppId second = 0;
    double probability = 0;
  };
  std::optional<Pair> likeliest() const { return likeliest_; }
  void forget() { likeliest_.reset(); }

 private:
  struct Hypothesis {
    AppId first = 0;
    AppId second = 0;
    ScaledProduct likelihood;        // with its prior probability
    std::vector<double> posteriors;  // of the first app; one per flow
  };

  std::vector<AppId> candidates(const Burst& burst) const;
  Hypothesis smooth(const Burst& burst, AppId first, AppId second) const;
  void add(const Hypothesis& pair, double weight,
           std::span<double> posteriors) const;

  std::size_t apps_;
  std::optional<Pair> likeliest_;
};

}  // namespace flowtell
