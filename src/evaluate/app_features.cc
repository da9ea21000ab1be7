// SPDX-License-Identifier: Apache-2.0
#include "evaluate/app_features.h"

#include <algorithm>
#include <numeric>

#include "learn/held_out_trees.h"
#include "learn/out_of_bag.h"

namespace flowtell {
namespace {

// The lower median if the number of values is even.
double median_of(std::vector<float>& values) {
  if (values.empty()) return 0;
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return static_cast<double>(*middle);
}

std::vector<double> medians_of(const Dataset& data, std::size_t column) {
  std::vector<std::vector<float>> values(data.apps.size());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    values[data.labels[row]].push_back(data.row(row)[column]);
  }
  std::vector<double> medians;
  medians.reserve(values.size());
  for (auto& of_app : values) medians.push_back(median_of(of_app));
  return medians;
}

}  // namespace

std::vector<AppFeature> app_features(const Dataset& data,
                                     const std::vector<std::string>& columns,
                                     const ForestOptions& options) {
  PermutationOptions permutation;
  permutation.seed = options.seed;
  permutation.threads = options.threads;
  CrossValidationOptions validation;
  static_cast<ForestOptions&>(validation.forest) = options;
  const auto lost = permutation_importance_by_app(
      with_held_out_trees(build_forest(data, options), data, validation), data,
      permutation);
  std::vector<AppFeature> features;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const double sum = std::accumulate(lost[i].begin(), lost[i].end(), 0.0);
    features.push_back({columns[i], sum / static_cast<double>(data.apps.size()),
                        lost[i], medians_of(data, i)});
  }
  std::stable_sort(
      features.begin(), features.end(),
      [](const AppFeature& a, const AppFeature& b) { return a.lost > b.lost; });
  return features;
}

}  // namespace flowtell
