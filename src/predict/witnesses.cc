// SPDX-License-Identifier: Apache-2.0
#include "predict/witnesses.h"

#include <algorithm>

namespace flowtell {
namespace {

Probabilities hear_names(const NameTable& names, const Dataset& data) {
  const std::size_t apps = data.apps.size();
  // Many rows have the same name.
  std::vector<double> by_name(data.names.size() * apps);
  for (std::size_t i = 0; i < data.names.size(); ++i) {
    names.judge(data.names[i], std::span(by_name).subspan(i * apps, apps));
  }
  Probabilities all(apps, data.rows());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const std::size_t name = data.facts[row].name;
    const auto from = std::span(by_name).subspan(name * apps, apps);
    std::copy(from.begin(), from.end(), all.row(row).begin());
  }
  return all;
}

}  // namespace

Witnesses teach_witnesses(const Dataset& data, const ForestOptions& options) {
  return {build_forest(data, options).forest, NameTable::learn(data)};
}

Testimonies hear(const Forest& forest, const NameTable& names,
                 const Dataset& data, int threads) {
  return {judge_all(forest, data, threads), hear_names(names, data)};
}

Testimonies hear_held_out(const Dataset& data,
                          std::span<const std::uint32_t> folds,
                          const ForestOptions& options) {
  Testimonies all{Probabilities(data.apps.size(), data.rows()),
                  Probabilities(data.apps.size(), data.rows())};
  for_each_fold(folds, [&](const FoldRows& rows, std::uint32_t fold) {
    ForestOptions forest = options;
    if (options.progress) {
      forest.progress = [&](std::size_t done, std::size_t trees) {
        options.progress(fold * trees + done, count_folds(folds) * trees);
      };
    }
    const Witnesses witnesses =
        teach_witnesses(data.select(rows.taught), forest);
    const Testimonies heard = hear(witnesses.forest, witnesses.names,
                                   data.select(rows.judged), options.threads);
    all.shape.put(rows.judged, heard.shape);
    all.name.put(rows.judged, heard.name);
  });
  return all;
}

}  // namespace flowtell
