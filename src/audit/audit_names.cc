// SPDX-License-Identifier: Apache-2.0
//
// Findings from server names: background that apps share, and captures in which
// another app was running.
//
// An app uses a name if the share of its captures with the name is at least a
// quarter of the highest share of any app. Names that slip into a few captures
// of an app are not its own.
#include <algorithm>

#include "audit/audit_checks.h"
#include "base/text.h"
#include "model/name_table.h"

namespace flowtell {
namespace {

constexpr double kQuarter = 0.25;
// Fewer names of another app may be an accident: a page may embed a video, but
// not all servers of an app.
constexpr std::size_t kMinNames = 3;

// Where a name (with digits folded) occurs.
struct NameUse {
  std::string name;
  std::uint64_t flows = 0;
  std::set<std::uint32_t> captures;
  std::set<AppId> users;

  bool is_of_one_app() const {
    return users.size() == 1 && captures.size() >= kEnoughCaptures;
  }
};

struct NameUses {
  std::vector<NameUse> uses;           // in the order of their names
  std::vector<const NameUse*> of_row;  // null for a flow without a name
  std::uint64_t named = 0;             // flows with one
};

std::set<AppId> users_of(const NameUse& use, const Dataset& data,
                         const std::vector<std::uint64_t>& captures) {
  std::vector<std::uint64_t> counts(data.apps.size());
  for (const std::uint32_t i : use.captures) ++counts[data.captures[i].app];
  double highest = 0;
  for (std::size_t app = 0; app < counts.size(); ++app) {
    highest = std::max(highest, share_of(counts[app], captures[app]));
  }
  std::set<AppId> users;
  for (std::size_t app = 0; app < counts.size(); ++app) {
    if (counts[app] > 0 &&
        share_of(counts[app], captures[app]) >= kQuarter * highest) {
      users.insert(static_cast<AppId>(app));
    }
  }
  return users;
}

NameUses name_uses(const Dataset& data) {
  std::vector<std::string> folded;
  for (const std::string& name : data.names) {
    folded.push_back(folded_name(name));
  }
  std::map<std::string, NameUse> by_name;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const std::string& name = folded[data.facts[i].name];
    if (name.empty()) continue;
    NameUse& use = by_name[name];
    ++use.flows;
    use.captures.insert(data.capture_of[i]);
  }
  NameUses all;
  const auto captures = captures_per_app(data);
  std::map<std::string, std::size_t> place;
  for (auto& [name, use] : by_name) {
    use.name = name;
    use.users = users_of(use, data, captures);
    all.named += use.flows;
    place[name] = all.uses.size();
    all.uses.push_back(std::move(use));
  }
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const auto at = place.find(folded[data.facts[i].name]);
    all.of_row.push_back(at == place.end() ? nullptr : &all.uses[at->second]);
  }
  return all;
}

// The names of one other app in a capture.
struct Visit {
  std::map<std::string, const NameUse*> names;
  std::uint64_t flows = 0;
};

// By the capture's app and the other app: captures with enough names.
using Visits =
    std::map<std::pair<AppId, AppId>, std::map<std::uint32_t, Visit>>;

Visits find_visits(const Dataset& data, const NameUses& uses) {
  Visits visits;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const NameUse* use = uses.of_row[i];
    if (use == nullptr || !use->is_of_one_app()) continue;
    const AppId owner = *use->users.begin();
    if (owner == data.labels[i]) continue;
    Visit& visit = visits[{data.labels[i], owner}][data.capture_of[i]];
    visit.names.emplace(use->name, use);
    ++visit.flows;
  }
  for (auto& [pair, captures] : visits) {
    std::erase_if(captures, [](const auto& entry) {
      return entry.second.names.size() < kMinNames;
    });
  }
  return visits;
}

// The name in these captures that occurs in most captures overall.
std::string best_known(const std::map<std::uint32_t, Visit>& captures) {
  const NameUse* best = nullptr;
  for (const auto& [capture, visit] : captures) {
    for (const auto& [name, use] : visit.names) {
      if (!best || use->captures.size() > best->captures.size()) best = use;
    }
  }
  return best->name;
}

// REQUIRES: captures is not empty.
Finding finding_of(const Dataset& data, const AuditOptions& options, AppId app,
                   AppId other,
                   const std::map<std::uint32_t, Visit>& captures) {
  std::set<std::uint32_t> numbers;
  std::uint64_t flows = 0;
  for (const auto& [capture, visit] : captures) {
    numbers.insert(capture);
    flows += visit.flows;
  }
  const double part = share_of(flows, data.flows_per_app()[app]);
  return {FindingKind::kOtherApp,
          Severity::kWarning,
          fmt::format("servers used only by {}, such as {}, appear in {} "
                      "captures of {}: {}, {} of the app's",
                      data.apps[other], options.shown(best_known(captures)),
                      of_text(captures.size(), captures_per_app(data)[app]),
                      data.apps[app], counted(flows, "flow"), share_text(part)),
          paths_of(data, numbers),
          {{"captures", static_cast<double>(captures.size())},
           {"flows", static_cast<double>(flows)},
           {"share", part}}};
}

}  // namespace

Findings check_other_apps(const LoadedDataset& loaded,
                          const AuditOptions& options) {
  const Dataset& data = loaded.dataset;
  const NameUses uses = name_uses(data);
  Findings found;
  for (const auto& [pair, captures] : find_visits(data, uses)) {
    if (captures.empty()) continue;
    found.push_back(
        finding_of(data, options, pair.first, pair.second, captures));
  }
  return found;
}

Findings check_background(const LoadedDataset& loaded,
                          const AuditOptions& options) {
  const Dataset& data = loaded.dataset;
  const NameUses uses = name_uses(data);
  std::vector<std::uint64_t> shared(data.apps.size());
  std::vector<std::uint64_t> named(data.apps.size());
  for (std::size_t i = 0; i < data.rows(); ++i) {
    if (uses.of_row[i] == nullptr) continue;
    ++named[data.labels[i]];
    if (uses.of_row[i]->users.size() > 1) ++shared[data.labels[i]];
  }
  std::vector<const NameUse*> servers;
  std::uint64_t all_shared = 0;
  for (const NameUse& use : uses.uses) {
    if (use.users.size() < 2) continue;
    servers.push_back(&use);
    all_shared += use.flows;
  }
  if (servers.empty()) return {};
  std::stable_sort(
      servers.begin(), servers.end(),
      [](const NameUse* a, const NameUse* b) { return a->flows > b->flows; });
  Finding finding{FindingKind::kBackground, Severity::kNote, "", {}, {}};
  std::vector<std::string> parts;
  for (std::size_t app = 0; app < named.size(); ++app) {
    if (named[app] == 0) continue;
    const double part = share_of(shared[app], named[app]);
    parts.push_back(fmt::format("{} {}", data.apps[app], share_text(part)));
    finding.figures.emplace_back(data.apps[app], part);
  }
  for (const NameUse* use : servers) {
    finding.where.push_back(
        fmt::format("{} (shared by {} apps, {})", options.shown(use->name),
                    use->users.size(), counted(use->flows, "flow")));
  }
  finding.what = fmt::format(
      "{} flows with a server's name go to servers that several apps use ({})",
      of_text(all_shared, uses.named), listed(parts));
  return {finding};
}

}  // namespace flowtell
