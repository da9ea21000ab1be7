// SPDX-License-Identifier: Apache-2.0
//
// Label leakage: single columns that identify an app. Like all classification
// here it is cross-validated: the range is fitted on the captures of four folds
// and tested on the fifth, so that chance among many columns is not reported.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "audit/audit_checks.h"
#include "audit/value_range.h"
#include "base/text.h"
#include "base/threads.h"
#include "learn/cross_validation.h"

namespace flowtell {
namespace {

constexpr double kNearlyPerfect = 0.95;
// With fewer flows, chance is too likely.
constexpr std::uint64_t kEnoughFlows = 20;

struct Leak {
  std::size_t column;
  AppId app;
  ValueRange range;
  RangeScore score;  // out of fold
};

std::vector<std::uint32_t> sorted_rows(const Dataset& data,
                                       std::size_t column) {
  std::vector<std::uint32_t> rows(data.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::uint32_t a, std::uint32_t b) {
                     return data.row(a)[column] < data.row(b)[column];
                   });
  return rows;
}

// Counts rows inside a range, by app.
class RangeCounts {
 public:
  explicit RangeCounts(const Dataset& data)
      : data_(data), inside_(data.apps.size()), tested_(data.apps.size()) {}

  void count(std::uint32_t row, bool is_inside) {
    ++tested_[data_.labels[row]];
    if (is_inside) ++inside_[data_.labels[row]];
  }

  RangeScore score(AppId app) const {
    RangeScore score;
    std::size_t others = 0;
    for (std::size_t i = 0; i < tested_.size(); ++i) {
      if (tested_[i] == 0) continue;
      const double part = share_of(inside_[i], tested_[i]);
      if (i == app) {
        score.inside = part;
      } else {
        score.others_inside += part;
        ++others;
      }
    }
    if (others > 0) score.others_inside /= static_cast<double>(others);
    return score;
  }

 private:
  const Dataset& data_;
  std::vector<std::uint64_t> inside_;
  std::vector<std::uint64_t> tested_;
};

bool has_both(const Dataset& data, AppId app,
              std::span<const std::uint32_t> rows) {
  const auto is_of = [&](std::uint32_t row) { return data.labels[row] == app; };
  const auto of_app = std::ranges::count_if(rows, is_of);
  return of_app > 0 && static_cast<std::size_t>(of_app) < rows.size();
}

// The score with each row tested by the range fitted on the other folds.
RangeScore score_held_out(const Dataset& data, std::size_t column, AppId app,
                          std::span<const std::uint32_t> sorted,
                          std::span<const std::uint32_t> folds) {
  RangeCounts inside(data);
  for (std::uint32_t fold = 0; fold < count_folds(folds); ++fold) {
    std::vector<std::uint32_t> training_rows;
    for (const std::uint32_t row : sorted) {
      if (folds[row] != fold) training_rows.push_back(row);
    }
    if (!has_both(data, app, training_rows)) continue;
    const ValueRange range = best_range(data, column, app, training_rows);
    for (const std::uint32_t row : sorted) {
      if (folds[row] != fold) continue;
      inside.count(row, range.holds(data.row(row)[column]));
    }
  }
  return inside.score(app);
}

std::string range_text(const ValueRange& range) {
  if (std::isinf(range.low) && std::isinf(range.high)) return "at any value";
  if (std::isinf(range.low)) return fmt::format("at most {:g}", range.high);
  if (std::isinf(range.high)) return fmt::format("at least {:g}", range.low);
  return fmt::format("from {:g} to {:g}", range.low, range.high);
}

std::vector<AppId> apps_to_try(const Dataset& data) {
  const auto captures = captures_per_app(data);
  const auto flows = data.flows_per_app();
  std::vector<AppId> apps;
  for (std::size_t app = 0; app < flows.size(); ++app) {
    if (captures[app] >= kEnoughCaptures && flows[app] >= kEnoughFlows &&
        flows[app] < data.rows()) {
      apps.push_back(static_cast<AppId>(app));
    }
  }
  return apps;
}

Finding finding_of(const Dataset& data, std::vector<Leak> of_app,
                   const std::vector<std::string>& columns) {
  std::stable_sort(
      of_app.begin(), of_app.end(), [](const Leak& a, const Leak& b) {
        return a.score.balanced_accuracy() > b.score.balanced_accuracy();
      });
  const Leak& best = of_app.front();
  Finding finding{FindingKind::kLeakingFeature, Severity::kWarning, "", {}, {}};
  finding.what = fmt::format(
      "{} alone identifies {}: {} in {} of its flows and {} of the others'",
      columns[best.column], data.apps[best.app], range_text(best.range),
      share_text(best.score.inside), share_text(best.score.others_inside));
  for (const Leak& leak : of_app) {
    finding.where.push_back(columns[leak.column]);
    finding.figures.emplace_back(columns[leak.column],
                                 leak.score.balanced_accuracy());
  }
  return finding;
}

}  // namespace

Findings check_leaking_features(const LoadedDataset& loaded,
                                const AuditOptions& options) {
  const Dataset& data = loaded.dataset;
  CrossValidationOptions split;
  split.forest.seed = options.seed;
  const auto folds = assign_folds(data, split);
  const auto apps = apps_to_try(data);
  if (count_folds(folds) < 2 || apps.empty()) return {};

  std::vector<std::vector<Leak>> of_column(data.width);
  for_each_task(options.threads, data.width, [&](std::size_t column) {
    const auto sorted = sorted_rows(data, column);
    for (const AppId app : apps) {
      const auto score = score_held_out(data, column, app, sorted, folds);
      if (score.balanced_accuracy() < kNearlyPerfect) continue;
      of_column[column].push_back(
          {column, app, best_range(data, column, app, sorted), score});
    }
  });
  Findings found;
  for (const AppId app : apps) {
    std::vector<Leak> of_app;
    for (const auto& leaks : of_column) {
      std::ranges::copy_if(leaks, std::back_inserter(of_app),
                           [&](const Leak& g) { return g.app == app; });
    }
    if (of_app.empty()) continue;
    found.push_back(finding_of(data, std::move(of_app), options.columns));
  }
  return found;
}

}  // namespace flowtell
