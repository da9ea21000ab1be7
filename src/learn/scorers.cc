// SPDX-License-Identifier: Apache-2.0
#include "learn/scorers.h"

#include <algorithm>

#include "base/hash.h"
#include "base/threads.h"

namespace flowtell {
namespace {

Probabilities predict_all(const Svm& svm, const Dataset& data, int threads) {
  constexpr std::size_t kRowsPerTask = 64;
  Probabilities all(svm.apps, data.rows());
  const std::size_t tasks = (data.rows() + kRowsPerTask - 1) / kRowsPerTask;
  for_each_task(threads, tasks, [&](std::size_t task) {
    const std::size_t end = std::min((task + 1) * kRowsPerTask, data.rows());
    for (std::size_t i = task * kRowsPerTask; i < end; ++i) {
      svm.predict(data.row(i), all.row(i));
    }
  });
  return all;
}

}  // namespace

void score_names(const NameTable& names, const Dataset& data,
                 DatasetScores& all) {
  const std::size_t apps = data.apps.size();
  // Scores each distinct name once.
  std::vector<double> by_name(data.names.size() * apps);
  std::vector<NameEvidence> evidence;
  for (std::size_t i = 0; i < data.names.size(); ++i) {
    const std::string& name = data.names[i];
    evidence.push_back(
        {keyed_hash(std::string_view(name_key(name))),
         names.score(name, std::span(by_name).subspan(i * apps, apps))});
  }
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const std::uint32_t name = data.facts[row].name;
    const auto from = std::span(by_name).subspan(name * apps, apps);
    std::copy(from.begin(), from.end(), all.name.row(row).begin());
    all.names[row] = evidence[name];
  }
}

void DatasetScores::put(std::span<const std::uint32_t> rows,
                        const DatasetScores& from) {
  shape.put(rows, from.shape);
  name.put(rows, from.name);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    names[rows[i]] = from.names[i];
    unlike[rows[i]] = from.unlike[i];
    other[rows[i]] = from.other[i];
  }
}

Forest build_other_forest(const Dataset& data, const ForestOptions& options) {
  // Few trees suffice: the share is one column of many.
  constexpr std::size_t kTrees = 10;
  Forest none;
  none.apps = 2;
  none.width = data.width;
  if (data.others.empty()) return none;
  Dataset both;
  both.apps = {"trained", "other"};
  both.width = data.width;
  both.values = data.values;
  both.values.insert(both.values.end(), data.others.begin(), data.others.end());
  both.labels.assign(data.rows(), 0);
  both.labels.resize(both.values.size() / both.width, 1);
  ForestOptions small;
  small.trees = kTrees;
  small.seed = options.seed;
  small.threads = options.threads;
  return build_forest(both, small).forest;
}

Scorers scorers_of(const Model& model) {
  return {.forest = model.forest,
          .names = model.names,
          .svm = model.svm,
          .known_rows = model.known_rows,
          .other_forest = model.other_forest};
}

Scorers train_scorers(const Dataset& data, const ShapeOptions& options) {
  Scorers scorers;
  scorers.names = NameTable::train(data);
  scorers.known_rows = KnownRows::of(data.values, data.width);
  scorers.other_forest = build_other_forest(data, options);
  if (options.learner == Learner::kForest) {
    scorers.forest = build_forest(data, options).forest;
    return scorers;
  }
  scorers.forest.apps = data.apps.size();
  scorers.forest.width = data.width;
  SvmOptions svm;
  svm.balance_apps = options.balance_apps;
  scorers.svm = build_svm(data, svm);
  if (options.progress) options.progress(1, 1);
  return scorers;
}

DatasetScores score(const Scorers& scorers, const Dataset& data, int threads) {
  DatasetScores all(data.apps.size(), data.rows());
  all.shape = scorers.svm ? predict_all(*scorers.svm, data, threads)
                          : predict_all(scorers.forest, data, threads);
  score_names(scorers.names, data, all);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    all.unlike[row] = scorers.known_rows.contains(data.row(row)) ? 0 : 1;
  }
  if (!scorers.other_forest.trees.empty()) {
    const Probabilities other =
        predict_all(scorers.other_forest, data, threads);
    for (std::size_t row = 0; row < data.rows(); ++row) {
      all.other[row] = other.row(row)[1];
    }
  }
  return all;
}

DatasetScores score_held_out(const Dataset& data,
                             std::span<const std::uint32_t> folds,
                             const ShapeOptions& options) {
  DatasetScores all(data.apps.size(), data.rows());
  for_each_fold(folds, [&](const FoldRows& rows, std::uint32_t fold) {
    const Scorers scorers = train_scorers(
        data.select(rows.train), part_of(options, fold, count_folds(folds)));
    all.put(rows.test, score(scorers, data.select(rows.test), options.threads));
  });
  return all;
}

ShapeOptions part_of(const ShapeOptions& options, std::size_t part,
                     std::size_t parts) {
  ShapeOptions of_part = options;
  if (options.progress) {
    of_part.progress = [report = options.progress, part, parts](
                           std::size_t done, std::size_t total) {
      report(part * total + done, parts * total);
    };
  }
  return of_part;
}

}  // namespace flowtell
