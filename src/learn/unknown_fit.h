// SPDX-License-Identifier: Apache-2.0
//
// Learns the unknown-app score (model/unknown_model.h).
//
// Apps are left out of training, a group at a time; the columns of their flows
// are what an unknown app looks like. The columns of held-out flows of trained
// apps are what known apps look like. A logistic regression tells the two
// apart. It is strongly regularised, since a model has few apps to leave out,
// and each app weighs alike, whatever its number of flows.
#pragma once

#include <span>
#include <vector>

#include "learn/row_classifier.h"
#include "model/unknown_model.h"

namespace flowtell {

// How apps are left out: at most eight groups, so that many apps cost no more
// than eight.
class LeftOutGroups {
 public:
  explicit LeftOutGroups(const Dataset& data);

  // By row: the group that its app is left out with.
  const std::vector<std::uint32_t>& of_rows() const { return of_rows_; }
  // How many apps remain, at least, when a group is left out. Fewer than two:
  // none can be left out.
  std::size_t apps_left() const { return apps_left_; }

 private:
  std::vector<std::uint32_t> of_rows_;
  std::size_t apps_left_ = 0;
};

// The columns of each row, in two settings.
struct UnknownExamples {
  std::vector<UnknownColumns> known;     // scored by scorers of the other folds
  std::vector<UnknownColumns> left_out;  // scored without the row's app
};

// The thresholds are cross-fitted: the score of each row, by a regression
// without its fold; they are not below those of the model's own scores.
// REQUIRES: one entry per row of `data` in each list and in
// `fold_of`.
UnknownModel fit_unknown(const Dataset& data, const UnknownExamples& examples,
                         std::span<const std::uint32_t> fold_of);

// Sets the thresholds so that at most their share of all flows exceeds them,
// and of the flows of an app on average. REQUIRES: the scores of the rows, all
// of trained apps, are held out.
void set_thresholds(const Dataset& data, std::span<const double> scores,
                    UnknownModel& model);

}  // namespace flowtell
