// SPDX-License-Identifier: Apache-2.0
#include "predict/witnesses.h"

#include <algorithm>

#include "base/threads.h"

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

Probabilities judge_all(const Svm& svm, const Dataset& data, int threads) {
  constexpr std::size_t kRowsPerTask = 64;
  Probabilities all(svm.apps, data.rows());
  const std::size_t tasks = (data.rows() + kRowsPerTask - 1) / kRowsPerTask;
  for_each_task(threads, tasks, [&](std::size_t task) {
    const std::size_t end = std::min((task + 1) * kRowsPerTask, data.rows());
    for (std::size_t i = task * kRowsPerTask; i < end; ++i) {
      svm.judge(data.row(i), all.row(i));
    }
  });
  return all;
}

}  // namespace

void Testimonies::put(std::span<const std::uint32_t> rows,
                      const Testimonies& from) {
  shape.put(rows, from.shape);
  name.put(rows, from.name);
  for (std::size_t i = 0; i < rows.size(); ++i) words[rows[i]] = from.words[i];
}

Witnesses teach_witnesses(const Dataset& data, const ShapeOptions& options) {
  if (options.learner == Learner::kForest) {
    return {build_forest(data, options).forest, NameTable::learn(data), {}};
  }
  SvmOptions svm;
  svm.balance_apps = options.balance_apps;
  Witnesses witnesses{{data.apps.size(), data.width, {}, {}},
                      NameTable::learn(data),
                      build_svm(data, svm)};
  if (options.progress) options.progress(1, 1);
  return witnesses;
}

Testimonies hear(const Witnesses& witnesses, const Dataset& data, int threads) {
  Testimonies all(data.apps.size(), data.rows());
  all.shape = witnesses.svm ? judge_all(*witnesses.svm, data, threads)
                            : judge_all(witnesses.forest, data, threads);
  hear_names(witnesses.names, data, all);
  return all;
}

Testimonies hear_held_out(const Dataset& data,
                          std::span<const std::uint32_t> folds,
                          const ShapeOptions& options) {
  Testimonies all(data.apps.size(), data.rows());
  for_each_fold(folds, [&](const FoldRows& rows, std::uint32_t fold) {
    const Witnesses witnesses = teach_witnesses(
        data.select(rows.taught), part_of(options, fold, count_folds(folds)));
    all.put(rows.judged,
            hear(witnesses, data.select(rows.judged), options.threads));
  });
  return all;
}

ShapeOptions part_of(const ShapeOptions& options, std::size_t part,
                     std::size_t parts) {
  ShapeOptions of_part = options;
  if (options.progress) {
    of_part.progress = [told = options.progress, part, parts](
                           std::size_t done, std::size_t total) {
      told(part * total + done, parts * total);
    };
  }
  return of_part;
}

}  // namespace flowtell
