// SPDX-License-Identifier: Apache-2.0
//
// Repeats cross-validation with different folds and computes a confidence
// interval for the mean score.
//
// Folds are not independent trials, since their training captures overlap. An
// interval that treats them as independent is far too narrow. The variance is
// therefore raised by the ratio of test captures to training captures: the
// corrected resampled t-test of Nadeau and Bengio, "Inference for the
// generalization error", Machine Learning 2003. The interval covers the choice
// of captures on one network. It does not cover other networks, months or
// users.
#pragma once

#include <vector>

#include "learn/held_out_scores.h"
#include "model/evidence.h"
#include "model/model.h"

namespace flowtell {

// A mean with its 95 % confidence interval.
struct Interval {
  double mean = 0;
  double low = 0;
  double high = 0;
};

struct RepeatedScore {
  std::vector<Score> runs;  // one score per repetition
  Interval accuracy;
  Interval balanced_accuracy;
};

class RepeatedFolds {
 public:
  // Adds one repetition: its folds and the held-out scores of every row.
  // Rows of apps with one capture do not count (learn/cross_validation.h).
  // REQUIRES: at least two folds with testable rows.
  void add(const Dataset& data, const HeldOutScores& held_out,
           EvidenceKinds kinds);

  // REQUIRES: at least one repetition.
  RepeatedScore score() const;

 private:
  std::vector<Score> runs_;
  std::vector<Score> folds_;  // of all runs
};

// The interval around the mean of `runs`, clamped to [0, 1]. `folds`: the
// scores of the single folds of all runs, several per run.
Interval corrected_interval(const std::vector<double>& runs,
                            const std::vector<double>& folds);

// The 97.5 % quantile of Student's t (Abramowitz and Stegun 26.7.5), accurate
// to 0.02 from three degrees of freedom on.
double student_quantile(double degrees);

}  // namespace flowtell
