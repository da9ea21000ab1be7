// SPDX-License-Identifier: Apache-2.0
//
// Equal rows: the accuracy ceiling they set, and the accuracy they inflate.
#include <algorithm>

#include "audit/audit_checks.h"
#include "audit/equal_rows.h"
#include "base/text.h"

namespace flowtell {
namespace {

// Below this even a perfect learner is often wrong.
constexpr double kLowCeiling = 0.9;
// The share of an app that calls for a warning.
constexpr double kLargeShare = 0.5;

}  // namespace

Findings check_ceiling(const LoadedDataset& loaded, const AuditOptions&) {
  const Dataset& data = loaded.dataset;
  const auto groups = equal_rows(data);
  const LabelCeiling ceiling = label_ceiling(data, groups);
  if (ceiling.accuracy == 1) return {};
  const bool is_low =
      std::min(ceiling.accuracy, ceiling.balanced_accuracy) < kLowCeiling;
  return {
      {FindingKind::kCeiling,
       is_low ? Severity::kWarning : Severity::kNote,
       fmt::format(
           "no classifier can exceed an accuracy of {}, or a balanced accuracy "
           "of {}, with these columns ({} rows, {} of them distinct)",
           share_text(ceiling.accuracy), share_text(ceiling.balanced_accuracy),
           data.rows(), groups.size()),
       {},
       {{"accuracy", ceiling.accuracy},
        {"balanced_accuracy", ceiling.balanced_accuracy},
        {"distinct_rows", static_cast<double>(groups.size())}}}};
}

Findings check_lookalikes(const LoadedDataset& loaded, const AuditOptions&) {
  const Dataset& data = loaded.dataset;
  const auto flows = data.flows_per_app();
  std::vector<std::uint64_t> shared(flows.size());
  std::map<std::size_t, std::uint64_t> by_apps;  // flows by number of apps
  std::uint64_t all_shared = 0;
  for (const auto& rows : equal_rows(data)) {
    std::set<AppId> apps;
    for (const std::uint32_t row : rows) apps.insert(data.labels[row]);
    if (apps.size() < 2) continue;
    all_shared += rows.size();
    by_apps[apps.size()] += rows.size();
    for (const std::uint32_t row : rows) ++shared[data.labels[row]];
  }
  if (all_shared == 0) return {};
  Finding finding{FindingKind::kLookalikes, Severity::kNote, "", {}, {}};
  for (std::size_t app = 0; app < flows.size(); ++app) {
    if (shared[app] == 0) continue;
    const double part = share_of(shared[app], flows[app]);
    if (part >= kLargeShare) finding.severity = Severity::kWarning;
    finding.where.push_back(
        fmt::format("{} ({} of its flows)", data.apps[app], share_text(part)));
    finding.figures.emplace_back(data.apps[app], part);
  }
  std::vector<std::string> parts;
  for (const auto& [apps, of_rows] : by_apps) {
    parts.push_back(fmt::format("{} by {}", of_rows, counted(apps, "app")));
    finding.figures.emplace_back(fmt::format("shared_by_{}", apps),
                                 static_cast<double>(of_rows));
  }
  finding.what = fmt::format(
      "{} flows have the same values as flows of another app (shared {})",
      of_text(all_shared, data.rows()), listed(parts));
  return {finding};
}

Findings check_repeats(const LoadedDataset& loaded, const AuditOptions&) {
  const Dataset& data = loaded.dataset;
  const auto flows = data.flows_per_app();
  // By app: flows whose values also occur in another of its captures.
  std::vector<std::uint64_t> repeated(flows.size());
  for (const auto& rows : equal_rows(data)) {
    std::map<AppId, std::set<std::uint32_t>> captures;
    for (const std::uint32_t row : rows) {
      captures[data.labels[row]].insert(data.capture_of[row]);
    }
    for (const std::uint32_t row : rows) {
      if (captures[data.labels[row]].size() > 1) ++repeated[data.labels[row]];
    }
  }
  Finding finding{FindingKind::kRepeats, Severity::kNote, "", {}, {}};
  std::uint64_t all = 0;
  for (std::size_t app = 0; app < flows.size(); ++app) {
    all += repeated[app];
    if (repeated[app] == 0) continue;
    const double part = share_of(repeated[app], flows[app]);
    finding.where.push_back(
        fmt::format("{} ({} of its flows)", data.apps[app], share_text(part)));
    finding.figures.emplace_back(data.apps[app], part);
  }
  if (all == 0) return {};
  finding.what = fmt::format(
      "{} flows have the same values as a flow in another capture of their app",
      of_text(all, data.rows()));
  return {finding};
}

}  // namespace flowtell
