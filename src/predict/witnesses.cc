// SPDX-License-Identifier: Apache-2.0
#include "predict/witnesses.h"

#include <algorithm>

namespace flowtell {
namespace {

void hear_names(const NameTable& names, const Dataset& data, Testimonies& all) {
  const std::size_t apps = data.apps.size();
  // Many rows have the same name.
  std::vector<double> by_name(data.names.size() * apps);
  std::vector<NameMatch> matches;
  for (std::size_t i = 0; i < data.names.size(); ++i) {
    matches.push_back(
        names.judge(data.names[i], std::span(by_name).subspan(i * apps, apps)));
  }
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const std::uint32_t name = data.facts[row].name;
    const auto from = std::span(by_name).subspan(name * apps, apps);
    std::copy(from.begin(), from.end(), all.name.row(row).begin());
    all.words[row] = {name, matches[name]};
  }
}

}  // namespace

void Testimonies::put(std::span<const std::uint32_t> rows,
                      const Testimonies& from) {
  shape.put(rows, from.shape);
  name.put(rows, from.name);
  for (std::size_t i = 0; i < rows.size(); ++i) words[rows[i]] = from.words[i];
}

Witnesses teach_witnesses(const Dataset& data, const ForestOptions& options) {
  return {build_forest(data, options).forest, NameTable::learn(data)};
}

Testimonies hear(const Forest& forest, const NameTable& names,
                 const Dataset& data, int threads) {
  Testimonies all(data.apps.size(), data.rows());
  all.shape = judge_all(forest, data, threads);
  hear_names(names, data, all);
  return all;
}

Testimonies hear_held_out(const Dataset& data,
                          std::span<const std::uint32_t> folds,
                          const ForestOptions& options) {
  Testimonies all(data.apps.size(), data.rows());
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
    all.put(rows.judged, heard);
  });
  return all;
}

}  // namespace flowtell
