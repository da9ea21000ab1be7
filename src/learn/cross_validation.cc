// SPDX-License-Identifier: Apache-2.0
#include "learn/cross_validation.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/random.h"
#include "base/threads.h"
#include "model/compiled_forest.h"

namespace flowtell {
namespace {

// By row: the number of its capture, group or flow.
std::vector<std::uint32_t> units_of(const Dataset& data, Split split) {
  std::vector<std::uint32_t> units(data.rows());
  std::map<std::string, std::uint32_t> numbers;
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    const CaptureRecord& capture = data.captures[data.capture_of[row]];
    // A manifest may list several spans of one file; they share its path.
    const std::string& name =
        split == Split::kByGroup ? capture.group : capture.unit();
    const auto next = static_cast<std::uint32_t>(numbers.size());
    units[row] = split == Split::kByFlow
                     ? row
                     : numbers.try_emplace(name, next).first->second;
  }
  return units;
}

FoldRows rows_of_fold(std::span<const std::uint32_t> folds,
                      std::uint32_t fold) {
  FoldRows rows;
  for (std::uint32_t row = 0; row < folds.size(); ++row) {
    (folds[row] == fold ? rows.test : rows.train).push_back(row);
  }
  return rows;
}

}  // namespace

ShapeOptions with_progress(ShapeOptions options, const StepReport& report,
                           std::string_view step) {
  if (!report) return options;
  options.progress = [report, step](std::size_t done, std::size_t total) {
    report(step, done, total);
  };
  return options;
}

std::vector<std::uint32_t> assign_folds(const Dataset& data,
                                        const CrossValidationOptions& options) {
  const auto units = units_of(data, options.split);
  // A group with several apps counts for the app of its first flow.
  std::map<std::uint32_t, AppId> app_of;
  for (std::size_t row = 0; row < units.size(); ++row) {
    app_of.try_emplace(units[row], data.labels[row]);
  }
  std::vector<std::vector<std::uint32_t>> units_of_app(data.apps.size());
  for (const auto& [unit, app] : app_of) units_of_app[app].push_back(unit);

  Random random(options.forest.seed);
  std::map<std::uint32_t, std::uint32_t> fold_of;
  const std::size_t folds = std::min(options.folds, app_of.size());
  std::size_t assigned = 0;
  for (auto& of_app : units_of_app) {
    random.shuffle(std::span(of_app));
    for (const std::uint32_t unit : of_app) {
      fold_of[unit] = static_cast<std::uint32_t>(assigned++ % folds);
    }
  }
  std::vector<std::uint32_t> result;
  result.reserve(units.size());
  for (const std::uint32_t unit : units) result.push_back(fold_of.at(unit));
  return result;
}

std::size_t count_folds(std::span<const std::uint32_t> folds) {
  if (folds.empty()) return 0;
  return std::size_t{*std::max_element(folds.begin(), folds.end())} + 1;
}

void for_each_fold(
    std::span<const std::uint32_t> folds,
    const std::function<void(const FoldRows&, std::uint32_t fold)>& call) {
  for (std::uint32_t fold = 0; fold < count_folds(folds); ++fold) {
    const FoldRows rows = rows_of_fold(folds, fold);
    if (!rows.train.empty() && !rows.test.empty()) call(rows, fold);
  }
}

std::vector<std::uint32_t> testable_rows(const Dataset& data,
                                         std::span<const std::uint32_t> folds) {
  std::vector<std::set<std::uint32_t>> folds_of(data.apps.size());
  for (std::size_t row = 0; row < folds.size(); ++row) {
    folds_of[data.labels[row]].insert(folds[row]);
  }
  std::vector<std::uint32_t> rows;
  rows.reserve(data.rows());
  for (std::uint32_t row = 0; row < data.rows(); ++row) {
    if (folds.empty() || folds_of[data.labels[row]].size() > 1) {
      rows.push_back(row);
    }
  }
  return rows;
}

Probabilities Probabilities::select(std::span<const std::uint32_t> rows) const {
  Probabilities some(apps, 0);
  some.values.reserve(rows.size() * apps);
  for (const std::uint32_t at : rows) {
    const auto from = row(at);
    some.values.insert(some.values.end(), from.begin(), from.end());
  }
  return some;
}

void Probabilities::put(std::span<const std::uint32_t> rows,
                        const Probabilities& from) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row_from = from.row(i);
    std::copy(row_from.begin(), row_from.end(), row(rows[i]).begin());
  }
}

Probabilities predict_all(const Forest& forest, const Dataset& data,
                          int threads) {
  constexpr std::size_t kRowsPerTask = 512;
  const CompiledForest compiled(forest);
  Probabilities all(forest.apps, data.rows());
  const std::size_t tasks = (data.rows() + kRowsPerTask - 1) / kRowsPerTask;
  for_each_task(threads, tasks, [&](std::size_t task) {
    const std::size_t begin = task * kRowsPerTask;
    const std::size_t count = std::min(kRowsPerTask, data.rows() - begin);
    compiled.predict(
        std::span(data.values).subspan(begin * data.width, count * data.width),
        std::span(all.values)
            .subspan(begin * forest.apps, count * forest.apps));
  });
  return all;
}

}  // namespace flowtell
