// SPDX-License-Identifier: Apache-2.0
#include "predict/verdict.h"
#include "report/evaluation.h"

namespace flowtell {
namespace {

// How many there are, and how many are right.
struct Count {
  void add(bool is_right) {
    ++flows;
    if (is_right) ++right;
  }
  double share() const {
    return flows == 0 ? 0
                      : static_cast<double>(right) / static_cast<double>(flows);
  }
  std::uint64_t flows = 0;
  std::uint64_t right = 0;
};

}  // namespace

AmbiguityScore evaluate_ambiguity(const Dataset& data,
                                  const Probabilities& probabilities,
                                  const AmbiguousRows& ambiguous) {
  Count shared;
  Count rest;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const AppId best = reach_verdict(probabilities.row(row), {0, 0}).best;
    (ambiguous.rows[row] ? shared : rest).add(best == data.labels[row]);
  }
  return {ambiguous.keys.size(), shared.flows, shared.share(), rest.share()};
}

PresetScore evaluate_preset(const Dataset& data, const PlainShares& shares,
                            const UnknownRule& rule) {
  PresetScore score;
  Count named;
  Count unambiguous;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const Verdict verdict = reach_verdict(shares.apps.row(row), rule);
    const bool is_right = verdict.best == data.labels[row];
    if (!verdict.is_unknown) named.add(is_right);
    if (shares.ambiguous[row]) {
      ++score.ambiguous;
    } else {
      unambiguous.add(is_right);
    }
  }
  score.named = named.flows;
  score.right_of_named = named.share();
  score.right_of_unambiguous = unambiguous.share();
  return score;
}

}  // namespace flowtell
