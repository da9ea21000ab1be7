// SPDX-License-Identifier: Apache-2.0
//
// How sure a cross-validated score is: the same captures dealt to folds several
// times, each time otherwise, and an interval around the mean.
//
// The folds of all deals are no independent trials, for their training captures
// overlap; an interval that took them for such would be far too narrow. So
// their variance is raised by the ratio of captures judged to captures taught:
// the corrected resampled t-test of Nadeau and Bengio, "Inference for the
// generalization error", Machine Learning 2003. It covers which captures were
// at hand to teach and to judge, on one network. What another network, another
// month or another person would change is not in it.
#pragma once

#include <vector>

#include "learn/held_out_scores.h"
#include "model/evidence.h"
#include "model/model.h"

namespace flowtell {

// A mean, and where it would come to lie 95 times of 100.
struct Interval {
  double mean = 0;
  double low = 0;
  double high = 0;
};

struct RepeatedScore {
  std::vector<Score> deals;  // the score of each
  Interval accuracy;
  Interval balanced_accuracy;
};

class RepeatedFolds {
 public:
  // A deal of the folds, and what was heard of every row under it.
  // REQUIRES: at least two folds.
  void add(const Dataset& data, const HeldOutScores& held_out,
           EvidenceKinds kinds);

  // REQUIRES: a deal.
  RepeatedScore score() const;

 private:
  std::vector<Score> deals_;
  std::vector<Score> folds_;  // of all deals
};

// The interval around the mean of `deals` by the spread of `folds`, scores of
// the single folds of all deals, each deal having several; within [0, 1].
Interval corrected_interval(const std::vector<double>& deals,
                            const std::vector<double>& folds);

// The 97.5 % quantile of Student's t (Abramowitz and Stegun 26.7.5), right to
// 0.02 from three degrees of freedom on.
double student_quantile(double degrees);

}  // namespace flowtell
