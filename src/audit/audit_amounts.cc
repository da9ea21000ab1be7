// SPDX-License-Identifier: Apache-2.0
//
// The amount of data per app: captures, flows, devices.
#include <algorithm>

#include "audit/audit_checks.h"
#include "base/text.h"

namespace flowtell {
namespace {

constexpr std::uint64_t kUnbalanced = 10;

using Devices = std::set<Address>;

std::vector<Devices> devices_per_app(const Dataset& data) {
  std::vector<Devices> devices(data.apps.size());
  for (std::size_t i = 0; i < data.rows(); ++i) {
    devices[data.labels[i]].insert(data.facts[i].device);
  }
  return devices;
}

// "video has 2086 flows and chat 12": the largest and the smallest app with
// any, if their ratio is kUnbalanced or more.
Findings unbalanced(const Dataset& data,
                    const std::vector<std::uint64_t>& counts,
                    std::string_view noun) {
  std::set<std::pair<std::uint64_t, AppId>> order;
  for (std::size_t app = 0; app < counts.size(); ++app) {
    if (counts[app] > 0) order.emplace(counts[app], static_cast<AppId>(app));
  }
  if (order.empty()) return {};
  const auto [min, small] = *order.begin();
  const auto [max, large] = *order.rbegin();
  if (max < kUnbalanced * min) return {};
  return {{FindingKind::kUnbalanced,
           Severity::kWarning,
           fmt::format("{} has {} and {} {}", data.apps[large],
                       counted(max, noun), data.apps[small], min),
           {data.apps[small]},
           {{"ratio", static_cast<double>(max) / static_cast<double>(min)}}}};
}

// Whether no other app occurs on any device of the app.
bool has_own_devices(const std::vector<Devices>& devices, std::size_t app) {
  for (std::size_t other = 0; other < devices.size(); ++other) {
    if (other == app) continue;
    for (const Address& device : devices[app]) {
      if (devices[other].contains(device)) return false;
    }
  }
  return !devices[app].empty();
}

}  // namespace

Findings check_apps(const LoadedDataset& loaded, const AuditOptions&) {
  const Dataset& data = loaded.dataset;
  const auto flows = data.flows_per_app();
  std::set<AppId> missing;
  for (std::size_t app = 0; app < flows.size(); ++app) {
    if (flows[app] == 0) missing.insert(static_cast<AppId>(app));
  }
  Findings found;
  if (!missing.empty()) {
    const auto names = names_of(data, missing);
    found.push_back({FindingKind::kTooFewApps,
                     Severity::kFault,
                     fmt::format("no flows of {}", listed(names)),
                     names,
                     {}});
  }
  if (flows.size() - missing.size() < 2) {
    found.push_back({FindingKind::kTooFewApps,
                     Severity::kFault,
                     "all flows are of one app, with no other to compare with",
                     {data.apps[data.labels.front()]},
                     {}});
  }
  return found;
}

Findings check_capture_counts(const LoadedDataset& loaded,
                              const AuditOptions&) {
  const Dataset& data = loaded.dataset;
  const auto captures = captures_per_app(data);
  Findings found;
  for (std::size_t app = 0; app < captures.size(); ++app) {
    if (captures[app] == 0 || captures[app] >= kEnoughCaptures) continue;
    found.push_back(
        {FindingKind::kFewCaptures,
         Severity::kWarning,
         fmt::format("{} has {} with flows{}", data.apps[app],
                     counted(captures[app], "capture"),
                     captures[app] == 1
                         ? ": testing on it leaves nothing to train on"
                         : ""),
         {data.apps[app]},
         {{"captures", static_cast<double>(captures[app])}}});
  }
  return found;
}

Findings check_balance(const LoadedDataset& loaded, const AuditOptions&) {
  const Dataset& data = loaded.dataset;
  Findings found = unbalanced(data, data.flows_per_app(), "flow");
  for (Finding& more : unbalanced(data, captures_per_app(data), "capture")) {
    found.push_back(std::move(more));
  }
  return found;
}

Findings check_dominant_captures(const LoadedDataset& loaded,
                                 const AuditOptions&) {
  const Dataset& data = loaded.dataset;
  const auto captures = captures_per_app(data);
  const auto flows = data.flows_per_app();
  Findings found;
  for (const CaptureRecord& capture : data.captures) {
    // With two captures, one always has half.
    if (captures[capture.app] < kEnoughCaptures) continue;
    if (2 * capture.flows < flows[capture.app]) continue;
    found.push_back({FindingKind::kDominantCapture,
                     Severity::kNote,
                     fmt::format("one of the {} captures of {} holds {} flows",
                                 captures[capture.app], data.apps[capture.app],
                                 of_text(capture.flows, flows[capture.app])),
                     {capture.path},
                     {{"share", share_of(capture.flows, flows[capture.app])}}});
  }
  return found;
}

Findings check_devices(const LoadedDataset& loaded,
                       const AuditOptions& options) {
  const Dataset& data = loaded.dataset;
  const auto devices = devices_per_app(data);
  Devices all;
  for (const Devices& some : devices) all.insert(some.begin(), some.end());
  if (all.size() == 1) {
    const std::string device = options.shown(*all.begin());
    return {{FindingKind::kDevices,
             Severity::kNote,
             fmt::format("all flows are of one device, {}", device),
             {device},
             {}}};
  }
  std::set<AppId> exclusive;
  std::set<AppId> single;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const auto app = static_cast<AppId>(i);
    if (has_own_devices(devices, i)) {
      exclusive.insert(app);
    } else if (devices[i].size() == 1) {
      single.insert(app);
    }
  }
  Findings found;
  const auto add = [&](const std::set<AppId>& apps, Severity severity,
                       std::string_view how) {
    if (apps.empty()) return;
    const auto names = names_of(data, apps);
    found.push_back({FindingKind::kDevices,
                     severity,
                     fmt::format("{} {} {}", listed(names),
                                 names.size() == 1 ? "is" : "are", how),
                     names,
                     {}});
  };
  add(exclusive, Severity::kWarning,
      "recorded on devices that no other app used");
  add(single, Severity::kNote, "recorded on one device each");
  return found;
}

}  // namespace flowtell
