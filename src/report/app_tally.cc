// SPDX-License-Identifier: Apache-2.0
#include "report/app_tally.h"

#include <algorithm>

#include "report/quantity.h"
#include "report/table.h"

namespace flowtell {

void AppTally::take(const FlowReport& report) {
  if (report.is_early || !report.verdict) return;
  const std::string_view app = report.verdict->app;
  auto at = apps_.find(app);
  if (at == apps_.end()) at = apps_.emplace(app, Share{}).first;
  ++at->second.flows;
  at->second.bytes += report.flow.sent.bytes + report.flow.received.bytes;
}

std::string AppTally::text() const {
  if (apps_.empty()) return "";
  std::vector<std::pair<std::string, Share>> apps(apps_.begin(), apps_.end());
  std::stable_sort(apps.begin(), apps.end(), [](const auto& a, const auto& b) {
    return a.second.flows > b.second.flows;
  });
  TextTable table({"app", "flows", "bytes"});
  for (const auto& [app, share] : apps) {
    table.add({app, grouped_text(share.flows), bytes_text(share.bytes)});
  }
  return table.text();
}

}  // namespace flowtell
