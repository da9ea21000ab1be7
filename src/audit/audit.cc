// SPDX-License-Identifier: Apache-2.0
#include "audit/audit.h"

#include <algorithm>

#include "audit/audit_checks.h"
#include "base/result.h"

namespace flowtell {
namespace {

using Check = Findings (*)(const LoadedDataset&, const AuditOptions&);

// In the order of FindingKind.
constexpr Check kChecks[] = {
    check_apps,           check_same_files,    check_same_flows,
    check_overlaps,       check_damage,        check_empty_captures,
    check_clocks,         check_packet_copies, check_flow_labels,
    check_capture_counts, check_balance,       check_dominant_captures,
    check_devices,        check_link_types,    check_capture_forms,
    check_snap_lengths,   check_offload,       check_ceiling,
    check_lookalikes,     check_repeats,       check_leaking_features,
    check_other_apps,     check_background,
};

}  // namespace

std::vector<Finding> audit(const LoadedDataset& loaded,
                           const AuditOptions& options) {
  const Dataset& data = loaded.dataset;
  require(data.rows() > 0 && options.columns.size() == data.width,
          "an audit needs rows, and one name per column");
  Findings all;
  for (const Check check : kChecks) {
    for (Finding& finding : check(loaded, options)) {
      all.push_back(std::move(finding));
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Finding& a, const Finding& b) {
                     return a.severity < b.severity;
                   });
  return all;
}

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0
                    : static_cast<double>(part) / static_cast<double>(whole);
}

std::string of_text(std::uint64_t part, std::uint64_t whole) {
  return fmt::format("{} of {}", part, whole);
}

std::string share_text(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

std::vector<std::uint64_t> captures_per_app(const Dataset& data) {
  std::vector<std::uint64_t> captures(data.apps.size());
  for (const CaptureRecord& capture : data.captures) {
    if (capture.flows > 0) ++captures[capture.app];
  }
  return captures;
}

std::vector<std::string> paths_of(const Dataset& data,
                                  const std::set<std::uint32_t>& captures) {
  std::vector<std::string> paths;
  paths.reserve(captures.size());
  for (const std::uint32_t i : captures) {
    paths.push_back(data.captures[i].path);
  }
  return paths;
}

std::vector<std::string> names_of(const Dataset& data,
                                  const std::set<AppId>& apps) {
  std::vector<std::string> names;
  names.reserve(apps.size());
  for (const AppId app : apps) names.push_back(data.apps[app]);
  return names;
}

}  // namespace flowtell
