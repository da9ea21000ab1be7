// SPDX-License-Identifier: Apache-2.0
//
// A support vector machine (Cortes and Vapnik, "Support-vector networks",
// Machine Learning 1995) with a Gaussian kernel on standardised columns, one
// against one: the classic first attempt, kept to be compared with the forest.
// Trained by libsvm; the plain form and the judging are our own, so that a
// model file holds numbers and nothing of libsvm's.
//
// Each pair of apps has a decision value, positive for the first. Shares come
// from these alone: a pair's share is their logistic function, an app's share
// the mean over its pairs. libsvm's own probabilities (Platt's, by an inner
// cross-validation that draws from rand()) cost six trainings in place of one;
// the weights of the evidence are fitted on held-out flows anyway.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/dataset.h"

namespace flowtell {

struct Svm {
  std::size_t apps = 0;
  std::size_t width = 0;
  std::vector<float> means;   // by column
  std::vector<float> scales;  // by column: 1 / standard deviation; 0: constant
  double gamma = 0;           // of exp(-gamma |x - y|^2)

  // The apps that it was taught, and how many support vectors each has. Those
  // stand one app after the other; their standardised values column by column,
  // each column's of all vectors side by side, for they are read like that.
  std::vector<AppId> trained;
  std::vector<std::uint32_t> vectors_of;
  std::vector<float> vectors;
  // (taught - 1) a vector: its factor against each other app, in their order.
  std::vector<double> factors;
  std::vector<double> biases;  // by pair: (0, 1), (0, 2), …, (1, 2), …

  std::size_t vector_count() const {
    return width ? vectors.size() / width : 0;
  }

  // Fills each app's share; 0 for apps it was not taught.
  // REQUIRES: row.size() == width, shares.size() == apps.
  void predict(std::span<const float> row, std::span<double> shares) const;
  // By pair. REQUIRES: as above.
  std::vector<double> decide(std::span<const float> row) const;

  bool operator==(const Svm&) const = default;
};

struct SvmOptions {
  double cost = 1;
  bool balance_apps = true;
};

// Learns from the rows, and not from their parts: time grows with the square of
// the rows. The same at any time: training draws nothing. One at a time.
// REQUIRES: at least one row and one column; all values finite.
Svm build_svm(const Dataset& data, const SvmOptions& options);

}  // namespace flowtell
