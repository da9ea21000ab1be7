// SPDX-License-Identifier: Apache-2.0
#include "learn/relabelling.h"

#include <algorithm>

namespace flowtell {
namespace {

std::size_t largest_share(std::span<const double> shares) {
  return static_cast<std::size_t>(
      std::max_element(shares.begin(), shares.end()) - shares.begin());
}

// By row: its half, 0 or 1.
std::vector<std::uint32_t> assign_halves(const Dataset& data,
                                         const ForestOptions& options) {
  CrossValidationOptions halves;
  halves.split = Split::kByFlow;
  halves.folds = 2;
  halves.forest.seed = options.seed;
  return assign_folds(data, halves);
}

}  // namespace

PlainShares PlainShares::select(std::span<const std::uint32_t> rows) const {
  PlainShares some{apps.select(rows), {}};
  some.ambiguous.reserve(rows.size());
  for (const std::uint32_t row : rows) some.ambiguous.push_back(ambiguous[row]);
  return some;
}

Dataset relabel_ambiguous(const Dataset& data, const ForestOptions& options) {
  const auto halves = assign_halves(data, options);
  Dataset relabelled = data;
  if (count_folds(halves) == 2) {
    std::vector<std::uint32_t> first;
    std::vector<std::uint32_t> second;
    for (std::uint32_t row = 0; row < data.rows(); ++row) {
      (halves[row] == 0 ? first : second).push_back(row);
    }
    relabelled = data.select(second);
    const Forest forest = build_forest(data.select(first), options).forest;
    const auto shares = predict_all(forest, relabelled, options.threads);
    for (std::size_t row = 0; row < relabelled.rows(); ++row) {
      AppId& label = relabelled.labels[row];
      if (largest_share(shares.row(row)) != label) {
        label = static_cast<AppId>(data.apps.size());
      }
    }
  }
  relabelled.apps.emplace_back("ambiguous");
  return relabelled;
}

PlainShares predict_plain(const Dataset& train, const Dataset& test,
                          bool relabels, const ForestOptions& options) {
  ForestOptions quiet = options;
  quiet.progress = nullptr;
  const Forest forest =
      relabels ? build_forest(relabel_ambiguous(train, quiet), options).forest
               : build_forest(train, options).forest;
  const auto shares = predict_all(forest, test, options.threads);
  const std::size_t apps = test.apps.size();
  PlainShares plain{Probabilities(apps, test.rows()),
                    std::vector<bool>(test.rows())};
  for (std::size_t row = 0; row < test.rows(); ++row) {
    const auto all = shares.row(row);
    std::copy_n(all.begin(), apps, plain.apps.row(row).begin());
    plain.ambiguous[row] = largest_share(all) == apps;
  }
  return plain;
}

PlainShares predict_plain_cross_validated(const Dataset& data,
                                          std::span<const std::uint32_t> folds,
                                          bool relabels,
                                          const ForestOptions& options) {
  PlainShares all{Probabilities(data.apps.size(), data.rows()),
                  std::vector<bool>(data.rows())};
  for_each_fold(folds, [&](const FoldRows& rows, std::uint32_t fold) {
    ForestOptions forest = options;
    if (options.progress) {
      forest.progress = [&](std::size_t done, std::size_t trees) {
        options.progress(fold * trees + done, count_folds(folds) * trees);
      };
    }
    const PlainShares shares = predict_plain(
        data.select(rows.train), data.select(rows.test), relabels, forest);
    all.apps.put(rows.test, shares.apps);
    for (std::size_t i = 0; i < rows.test.size(); ++i) {
      all.ambiguous[rows.test[i]] = shares.ambiguous[i];
    }
  });
  return all;
}

}  // namespace flowtell
