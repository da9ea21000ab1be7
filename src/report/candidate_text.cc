// SPDX-License-Identifier: Apache-2.0
#include "report/candidate_text.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "report/table.h"

namespace flowtell {

std::string candidate_text(const CandidateSummary& summary,
                           const std::string& path) {
  std::vector<std::string> apps;
  for (const AppSessions& app : summary.apps) {
    if (app.sessions > 0) {
      apps.push_back(fmt::format("{} {}", app.app, app.sessions));
    }
  }
  std::vector<std::string> changes;
  for (const VerdictChange& change : summary.changes) {
    changes.push_back(
        fmt::format("{} to {} {}", change.from, change.to, change.flows));
  }
  return fmt::format(
      "{}: candidate {} trained on {} ({}); it would change the verdict of {} "
      "% of the last {}{}{}",
      utc_text(summary.made), path, counted(summary.sessions(), "session"),
      listed(apps), percent(summary.changed_share()),
      counted(summary.flows, "flow"), changes.empty() ? "" : ": ",
      listed(changes));
}

}  // namespace flowtell
