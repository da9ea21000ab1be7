// SPDX-License-Identifier: Apache-2.0
#include "classify/verdict_reason.h"

#include <algorithm>
#include <limits>
#include <span>

#include "base/portable_math.h"

namespace flowtell {
namespace {

constexpr double kEquallyLikely = 1e-9;  // of probabilities that differ by less

// REQUIRES: there are two apps.
AppId runner_up(std::span<const double> probabilities, AppId best) {
  std::size_t second = best == 0 ? 1 : 0;
  for (std::size_t app = 0; app < probabilities.size(); ++app) {
    if (app != best && probabilities[app] > probabilities[second]) second = app;
  }
  return static_cast<AppId>(second);
}

// The logarithm of how much likelier `best` is than `second`.
double log_ratio(double best, double second) {
  constexpr double kLeast = std::numeric_limits<double>::min();
  return portable_log(std::max(best, kLeast)) -
         portable_log(std::max(second, kLeast));
}

double log_ratio(std::span<const double> scores, AppId best, AppId second) {
  return log_ratio(score_likelihood(scores[best], scores.size()),
                   score_likelihood(scores[second], scores.size()));
}

VerdictReason reason_of_unknown(const Verdict& verdict,
                                const VerdictLimits& limits) {
  return verdict.unknown_score > limits.max_unknown_score
             ? VerdictReason::kUnlikeTraining
             : VerdictReason::kLowConfidence;
}

}  // namespace

VerdictReason find_reason(const ClassifierSession& session, std::size_t flow,
                          const Verdict& verdict) {
  const Classifier& classifier = session.classifier();
  const std::size_t apps = classifier.model().apps.size();
  const auto evidence = session.evidence();
  const auto row = [&](std::span<const double> scores) {
    return scores.subspan(flow * apps, apps);
  };
  const auto probabilities = row(evidence.probabilities);
  const AppId best = verdict.best;
  const AppId second = apps > 1 ? runner_up(probabilities, best) : best;
  const bool is_undecided =
      probabilities[best] - probabilities[second] < kEquallyLikely;
  if (verdict.is_unknown) {
    const VerdictReason reason =
        reason_of_unknown(verdict, classifier.limits());
    return is_undecided && reason == VerdictReason::kLowConfidence
               ? VerdictReason::kNoEvidence
               : reason;
  }
  if (is_undecided) return VerdictReason::kNoEvidence;

  // The flows of a burst with the same name share its weight; here it counts
  // for each as a whole.
  const EvidenceKinds& kinds = classifier.kinds();
  const EvidenceWeights& weights = classifier.weights();
  double name = 0;
  double shape = 0;
  if (kinds.name) {
    name =
        weights.name * log_ratio(row(evidence.burst.scores.name), best, second);
  }
  if (kinds.shape) {
    shape = weights.shape *
            log_ratio(row(evidence.burst.scores.shape), best, second);
  }
  const double all = weights.temperature *
                     log_ratio(probabilities[best], probabilities[second]);
  const double device = kinds.time ? all - name - shape : 0;
  if (name >= shape && name >= device) return VerdictReason::kServerName;
  return shape >= device ? VerdictReason::kFlowShape
                         : VerdictReason::kOtherFlows;
}

}  // namespace flowtell
