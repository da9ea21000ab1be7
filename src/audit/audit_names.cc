// SPDX-License-Identifier: Apache-2.0
//
// What servers' names tell of the captures: which are background that apps have
// in common, and where an app was at work that was not the one in use.
//
// An app uses a name if the share of its captures in which it is met is at
// least a quarter of the highest of any app: what slipped into a few captures
// of an app is none of its own.
#include <algorithm>

#include "audit/audit_checks.h"
#include "base/text.h"
#include "model/name_table.h"

namespace flowtell {
namespace {

constexpr double kQuarter = 0.25;
// So many of another app's own names are no accident: a page may embed a
// video, but not an app's whole neighbourhood.
constexpr std::size_t kEnoughNames = 3;

// Where a name (its digits folded) was met.
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
  std::vector<std::uint64_t> met(data.apps.size());
  for (const std::uint32_t i : use.captures) ++met[data.captures[i].app];
  double highest = 0;
  for (std::size_t app = 0; app < met.size(); ++app) {
    highest = std::max(highest, share_of(met[app], captures[app]));
  }
  std::set<AppId> users;
  for (std::size_t app = 0; app < met.size(); ++app) {
    if (met[app] > 0 &&
        share_of(met[app], captures[app]) >= kQuarter * highest) {
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

// What a capture holds of one other app's own.
struct Visit {
  std::map<std::string, const NameUse*> names;
  std::uint64_t flows = 0;
};

// By the capture's app and the other, the captures with enough of it.
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
      return entry.second.names.size() < kEnoughNames;
    });
  }
  return visits;
}

// Of the names in the captures, the one met in most captures of all.
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
          fmt::format("{}'s own servers, such as {}, stand in {} captures of "
                      "{}: {}, {} of the app's",
                      data.apps[other], options.reported(best_known(captures)),
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
        fmt::format("{} (shared by {} apps, {})", options.reported(use->name),
                    use->users.size(), counted(use->flows, "flow")));
  }
  finding.what = fmt::format(
      "{} flows with a server's name go to servers that several apps use ({})",
      of_text(all_shared, uses.named), listed(parts));
  return {finding};
}

}  // namespace flowtell
