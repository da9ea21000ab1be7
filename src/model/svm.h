// SPDX-License-Identifier: Apache-2.0
//
// A support vector machine (Cortes and Vapnik, "Support-vector networks",
// Machine Learning 1995) with a Gaussian kernel on standardised columns, one
// against one: the classic method, for comparison with the forest. libsvm
// trains it. The plain form and the prediction are our own, so that model files
// do not depend on libsvm.
//
// Each pair of apps has a decision value, positive for the first. The share of
// a pair is the logistic function of that value, and the share of an app is the
// mean over its pairs. Probabilities by libsvm (Platt's, from an inner
// cross-validation that uses rand()) would take six trainings instead of one,
// and the evidence weights are fitted on held-out flows anyway.
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

  // The trained apps, and the number of support vectors of each. The vectors
  // are grouped by app. Their standardised values are stored column by column,
  // as they are read: each column has the values of all vectors.
  std::vector<AppId> trained;
  std::vector<std::uint32_t> vectors_of;
  std::vector<float> vectors;
  // (trained apps - 1) per vector: its factor against each other app.
  std::vector<double> factors;
  std::vector<double> biases;  // by pair: (0, 1), (0, 2), …, (1, 2), …

  std::size_t vector_count() const {
    return width ? vectors.size() / width : 0;
  }

  // Writes each app's share; 0 for apps without training flows. REQUIRES:
  // row.size() == width, shares.size() == apps.
  void predict(std::span<const float> row, std::span<double> shares) const;
  // Decision values by pair. REQUIRES: as above.
  std::vector<double> decide(std::span<const float> row) const;

  bool operator==(const Svm&) const = default;
};

struct SvmOptions {
  double cost = 1;
  bool balance_apps = true;
};

// Trains on the rows but not on flow parts, because time grows with the square
// of the rows. Deterministic. Not thread-safe. REQUIRES: at least one row and
// one column; all values finite.
Svm build_svm(const Dataset& data, const SvmOptions& options);

}  // namespace flowtell
