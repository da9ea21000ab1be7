// SPDX-License-Identifier: Apache-2.0
#include "report/audit_report.h"

#include <algorithm>

#include "base/text.h"
#include "report/json.h"
#include "report/quantity.h"
#include "report/table.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxPlacesShown = 3;

std::vector<std::uint64_t> captures_of_apps(const Dataset& data) {
  std::vector<std::uint64_t> captures(data.apps.size());
  for (const CaptureRecord& capture : data.captures) ++captures[capture.app];
  return captures;
}

std::string apps_text(const Dataset& data) {
  TextTable table({"app", "captures", "flows"});
  const auto captures = captures_of_apps(data);
  const auto flows = data.flows_per_app();
  for (std::size_t app = 0; app < flows.size(); ++app) {
    table.add({data.apps[app], std::to_string(captures[app]),
               std::to_string(flows[app])});
  }
  return table.text();
}

// The first kMaxPlacesShown, and the number of the others.
std::string places_text(std::vector<std::string> places) {
  const std::size_t count = places.size();
  places.resize(std::min(count, kMaxPlacesShown));
  if (count > kMaxPlacesShown) {
    places.push_back(fmt::format("{} more", count - kMaxPlacesShown));
  }
  return listed(places);
}

std::string finding_text(const Finding& finding) {
  const FindingKindInfo& info = info_of(finding.kind);
  std::string out =
      fmt::format("{}: {}: {}.\n", severity_name(finding.severity), info.name,
                  finding.what);
  if (!finding.where.empty()) {
    out += fmt::format("  where: {}\n", places_text(finding.where));
  }
  return out + fmt::format("  to do: {}\n", info.remedy);
}

}  // namespace

std::array<std::size_t, kSeverityNames.size()> count_severities(
    const std::vector<Finding>& findings) {
  std::array<std::size_t, kSeverityNames.size()> counts{};
  for (const Finding& finding : findings) {
    ++counts[static_cast<std::size_t>(finding.severity)];
  }
  return counts;
}

std::string audit_text(const Dataset& data,
                       const std::vector<Finding>& findings) {
  std::string out = apps_text(data) + '\n';
  for (const Finding& finding : findings) out += finding_text(finding) + '\n';
  const auto [faults, warnings, notes] = count_severities(findings);
  return out +
         fmt::format("{} and {} flows of {}: {}, {} and {}.\n",
                     counted(count_recordings(data.captures), "capture"),
                     grouped_text(data.rows()),
                     counted(data.apps.size(), "app"), counted(faults, "fault"),
                     counted(warnings, "warning"), counted(notes, "note"));
}

std::string audit_json(const Dataset& data,
                       const std::vector<Finding>& findings) {
  Json apps = Json::array();
  const auto captures = captures_of_apps(data);
  const auto flows = data.flows_per_app();
  for (std::size_t app = 0; app < flows.size(); ++app) {
    apps.push_back({{"app", data.apps[app]},
                    {"captures", captures[app]},
                    {"flows", flows[app]}});
  }
  Json findings_json = Json::array();
  for (const Finding& finding : findings) {
    Json figures = Json::object();
    for (const auto& [name, value] : finding.figures) figures[name] = value;
    findings_json.push_back({{"kind", info_of(finding.kind).name},
                             {"severity", severity_name(finding.severity)},
                             {"what", finding.what},
                             {"where", finding.where},
                             {"remedy", info_of(finding.kind).remedy},
                             {"figures", figures}});
  }
  const auto [faults, warnings, notes] = count_severities(findings);
  const Json all = {
      {"captures", count_recordings(data.captures)},
      {"flows", data.rows()},
      {"apps", apps},
      {"findings", findings_json},
      {"faults", faults},
      {"warnings", warnings},
      {"notes", notes},
  };
  return json_text(all, 2) + '\n';
}

}  // namespace flowtell
