// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway.h"

#include <algorithm>
#include <filesystem>

#include "confine/privilege.h"
#include "gateway/dhcp_probe.h"
#include "gateway/gateway_checks.h"
#include "gateway/gateway_health.h"
#include "gateway/gateway_unit.h"

namespace flowtell {
namespace {

bool has_unit(const GatewayPaths& places, const std::string& lan) {
  std::error_code ignored;
  return std::filesystem::exists(
      UnitChange(places.units, unit_name(lan)).path(), ignored);
}

// The record of the gateway; fails if it is of another network namespace.
Result<Journal> open_journal(const GatewayPaths& places,
                             const std::string& lan) {
  auto journal = Journal::open(places.state, lan);
  if (!journal) return journal;
  auto here = journal->require_this_network();
  if (!here) return fail(std::move(here).error());
  return journal;
}

Result<GatewayBaseline> read_baseline(const GatewayOptions& options,
                                      const GatewayRequest& request) {
  auto network = read_network_state();
  if (!network) return fail(std::move(network).error());
  if (auto good = check_machine(options, *network); !good) {
    return fail(std::move(good).error());
  }
  GatewayBaseline baseline;
  baseline.network = *std::move(network);
  baseline.settings = held_settings(request.places, options.lan);
  for (const std::string& path : settings_of(options)) {
    if (auto value = read_proc(path)) baseline.settings.emplace(path, *value);
  }
  baseline.has_other_users = maps_other_users();
  baseline.dhcp_timeout = request.dhcp_timeout;
  return baseline;
}

std::vector<ChangePtr> plan(const GatewayOptions& options, bool persist,
                            const GatewayPaths& places,
                            const GatewayBaseline& baseline) {
  auto changes = plan_gateway(options, places, baseline);
  if (persist && !has_unit(places, options.lan)) {
    changes.push_back(plan_unit(options, places));
  }
  return changes;
}

bool has_changes(const Journal& journal) { return !journal.changes().empty(); }

Result<bool> has_all_parts(const Journal& journal) {
  if (!journal.is_complete()) return false;
  const auto network = read_network_state();
  if (!network) return fail(network.error());
  return missing_parts(journal, *network).empty();
}

// Fails if the gateway that is up has other options.
Result<void> require_same(const Journal& journal,
                          const GatewayOptions& options) {
  if (options_json(journal.options()) == options_json(options)) return {};
  return fail(ErrorKind::kSystem,
              "a gateway with other options is up on {}, as 'flowtell gateway "
              "status' shows; run 'flowtell gateway down' for LAN interface {} "
              "first",
              options.lan, options.lan);
}

// Whether the requested gateway is up, with all its parts. Fails if another one
// is.
Result<bool> is_up_as_requested(const Journal& journal,
                                const GatewayOptions& options) {
  auto whole = has_all_parts(journal);
  if (!whole || !*whole) return whole;
  auto same = require_same(journal, options);
  if (!same) return fail(std::move(same).error());
  return true;
}

// Fails if the gateway cannot be started at boot.
Result<void> check_unit(const GatewayOptions& options,
                        const GatewayPaths& places) {
  if (!runs_systemd()) {
    return fail(ErrorKind::kSystem,
                "a gateway that starts at boot needs systemd, which does not "
                "run this system; 'flowtell gateway script' prints a start-up "
                "script instead");
  }
  const UnitChange unit(places.units, unit_name(options.lan),
                        unit_text(options, places.program));
  const auto installed = read_proc(unit.path());
  if (!installed || *installed == unit.text) return {};
  return fail(ErrorKind::kSystem,
              "{} starts another gateway at boot; run 'flowtell gateway down' "
              "for LAN interface {} first",
              unit.path(), options.lan);
}

Result<void> check_request(const GatewayOptions& options, bool persist,
                           const GatewayPaths& places) {
  auto good = check_options(options);
  if (good) good = check_programs();
  if (good && persist) good = check_unit(options, places);
  return good;
}

// Makes a gateway that is up start at boot, unless it does already.
Result<std::size_t> add_unit(Journal& journal, const GatewayRequest& request,
                             const BlockedSignals& signals) {
  if (has_unit(request.places, journal.options().lan)) return 0;
  auto done = apply_one(journal, plan_unit(journal.options(), request.places),
                        request, signals);
  if (!done) return fail(std::move(done).error());
  return 1;
}

Result<UpOutcome> bring_up_new(const GatewayOptions& options, bool persist,
                               const GatewayRequest& request,
                               const BlockedSignals& signals) {
  auto baseline = read_baseline(options, request);
  if (!baseline) return fail(std::move(baseline).error());
  if (baseline->network.find(options.lan)->has_carrier) {
    auto quiet = refuse_other_dhcp_server(options.lan, request.dhcp_timeout);
    if (!quiet) return fail(std::move(quiet).error());
  }
  auto changes = plan(options, persist, request.places, *baseline);
  UpOutcome outcome;
  outcome.changes = changes.size();
  outcome.warnings = find_warnings(options, baseline->network);
  auto applied = apply_all(std::move(changes), options, request, signals);
  if (!applied) return fail(std::move(applied).error());
  return outcome;
}

}  // namespace

Result<UpOutcome> bring_up(const GatewayOptions& options, bool persist,
                           const GatewayRequest& request) {
  auto good = check_request(options, persist, request.places);
  if (good) good = require_network_privilege("put a gateway up");
  if (!good) return fail(std::move(good).error());
  const BlockedSignals signals;
  auto lock = GatewayLock::take(request.places.state);
  if (!lock) return fail(std::move(lock).error());
  auto journal = open_journal(request.places, options.lan);
  if (!journal) return fail(std::move(journal).error());
  auto is_up = is_up_as_requested(*journal, options);
  if (!is_up) return fail(std::move(is_up).error());
  if (*is_up) {
    auto added = persist ? add_unit(*journal, request, signals) : 0;
    if (!added) return fail(std::move(added).error());
    UpOutcome outcome;
    outcome.changes = *added;
    return outcome;
  }
  const bool undid_incomplete = has_changes(*journal);
  auto undone = undo_all(*journal, true, request);
  if (!undone) return fail(std::move(undone).error());
  auto outcome = bring_up_new(options, persist, request, signals);
  if (outcome) outcome->undid_incomplete = undid_incomplete;
  return outcome;
}

Result<UpPreview> preview_up(const GatewayOptions& options, bool persist,
                             const GatewayRequest& request) {
  auto good = check_request(options, persist, request.places);
  if (!good) return fail(std::move(good).error());
  auto journal = open_journal(request.places, options.lan);
  if (!journal) return fail(std::move(journal).error());
  auto is_up = is_up_as_requested(*journal, options);
  if (!is_up) return fail(std::move(is_up).error());
  if (*is_up) return UpPreview{};
  if (has_changes(*journal)) {
    return UpPreview{{"undo what is left of an earlier, incomplete gateway",
                      "put the gateway up as on a system without one"},
                     {}};
  }
  auto baseline = read_baseline(options, request);
  if (!baseline) return fail(std::move(baseline).error());
  UpPreview preview;
  preview.changes.push_back(
      fmt::format("record all changes in {}",
                  Journal::folder(request.places.state, options.lan)));
  for (const auto& change : plan(options, persist, request.places, *baseline)) {
    preview.changes.push_back(change->describe());
  }
  preview.warnings = find_warnings(options, baseline->network);
  return preview;
}

Result<Undone> bring_down(const std::string& lan, bool keep_unit,
                          const GatewayRequest& request) {
  auto allowed = check_interface_name("LAN", lan);
  if (allowed) allowed = require_network_privilege("take a gateway down");
  if (!allowed) return fail(std::move(allowed).error());
  const BlockedSignals signals;
  auto lock = GatewayLock::take(request.places.state);
  if (!lock) return fail(std::move(lock).error());
  auto journal = open_journal(request.places, lan);
  if (!journal) return fail(std::move(journal).error());
  auto undone = undo_all(*journal, keep_unit, request);
  if (!undone) return undone;
  // After a reboot the unit is the only record.
  if (!keep_unit && has_unit(request.places, lan)) {
    auto removed = UnitChange(request.places.units, unit_name(lan)).undo();
    if (!removed) return fail(std::move(removed).error());
    undone->had_unit = true;
  }
  return undone;
}

std::vector<std::string> known_gateways(const GatewayPaths& places) {
  auto known = Journal::recorded(places.state);
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::directory_iterator(places.units, ignored)) {
    const auto lan = lan_of_unit(entry.path().filename().string());
    if (lan && std::ranges::find(known, *lan) == known.end()) {
      known.push_back(*lan);
    }
  }
  std::ranges::sort(known);
  return known;
}

}  // namespace flowtell
