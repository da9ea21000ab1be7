// SPDX-License-Identifier: Apache-2.0
#include "report/drift_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/table.h"

namespace flowtell {
namespace {

std::vector<ColumnDrift> by_excess(const Drift& drift) {
  std::vector<ColumnDrift> columns = drift.columns;
  std::ranges::stable_sort(columns, std::ranges::greater(),
                           &ColumnDrift::excess);
  return columns;
}

std::string names_text(const Drift& drift) {
  if (!drift.has_names) return "No server names to compare.\n";
  TextTable table({"new to training", "traffic %", "held-out training %"});
  table.add({"server names", percent(drift.traffic.names),
             percent(drift.training.names)});
  table.add({"registrable domains", percent(drift.traffic.domains),
             percent(drift.training.domains)});
  return '\n' + table.text() +
         fmt::format(
             "A model fits up to {} points more new domains than in "
             "training.\n",
             percent(Drift::kMaxNewDomains));
}

std::string conclusion(const Drift& drift, const std::string& model) {
  if (!drift.is_enough()) {
    return fmt::format(
        "Too little traffic to tell whether the model fits: {} of {} "
        "sessions; give more captures.\n",
        std::floor(drift.sessions), Drift::kMinSessions);
  }
  if (drift.fits()) return "The model fits this traffic.\n";
  return fmt::format(
      "This model no longer fits; adapt it: flowtell adapt {} CAPTURES -o "
      "NEW\n",
      model);
}

std::uint64_t whole(double count) { return static_cast<std::uint64_t>(count); }

}  // namespace

std::string drift_text(const Drift& drift, const std::string& model) {
  TextTable table({"feature", "distance", "by chance"});
  for (const ColumnDrift& column : by_excess(drift)) {
    table.add({std::string(column.feature),
               fmt::format("{:.3f}", column.distance),
               fmt::format("{:.3f}", column.chance)});
  }
  return fmt::format("{} in {}, compared with the training flows:\n\n",
                     counted(whole(drift.flows), "flow"),
                     counted(whole(drift.sessions), "session")) +
         table.text() +
         fmt::format(
             "Mean distance above chance: {:.4f}; a model fits up to {}.\n",
             drift.excess, Drift::kMaxExcess) +
         names_text(drift) + '\n' + conclusion(drift, model);
}

Json drift_json(const Drift& drift) {
  Json columns = Json::array();
  for (const ColumnDrift& column : by_excess(drift)) {
    columns.push_back({{"feature", column.feature},
                       {"distance", column.distance},
                       {"by_chance", column.chance}});
  }
  Json names = nullptr;
  if (drift.has_names) {
    names = {{"new_names", drift.traffic.names},
             {"new_names_in_training", drift.training.names},
             {"new_domains", drift.traffic.domains},
             {"new_domains_in_training", drift.training.domains}};
  }
  return {{"flows", whole(drift.flows)},
          {"sessions", whole(drift.sessions)},
          {"columns", columns},
          {"mean_excess", drift.excess},
          {"names", names},
          {"level", drift.is_enough() ? Json(drift.level()) : Json(nullptr)},
          {"fits", drift.is_enough() ? Json(drift.fits()) : Json(nullptr)}};
}

}  // namespace flowtell
