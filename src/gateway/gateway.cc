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

bool has_unit(const GatewayPlaces& places, const std::string& lan) {
  std::error_code ignored;
  return std::filesystem::exists(
      UnitChange(places.units, unit_name(lan)).path(), ignored);
}

// The record of a gateway here; fails where it is of another network namespace.
Result<Journal> open_journal(const GatewayPlaces& places,
                             const std::string& lan) {
  auto journal = Journal::open(places.state, lan);
  if (!journal) return journal;
  auto here = journal->require_this_network();
  if (!here) return fail(std::move(here).error());
  return journal;
}

Result<GatewayGround> survey(const GatewayOptions& options,
                             const GatewayRequest& request) {
  auto network = read_network_state();
  if (!network) return fail(std::move(network).error());
  if (auto good = check_machine(options, *network); !good) {
    return fail(std::move(good).error());
  }
  GatewayGround ground;
  ground.network = *std::move(network);
  ground.settings = held_settings(request.places, options.lan);
  for (const std::string& path : settings_of(options)) {
    if (auto value = read_proc(path)) ground.settings.emplace(path, *value);
  }
  ground.has_other_users = knows_other_users();
  ground.dhcp_patience = request.dhcp_patience;
  return ground;
}

std::vector<ChangePtr> plan(const GatewayOptions& options, bool persist,
                            const GatewayPlaces& places,
                            const GatewayGround& ground) {
  auto changes = plan_gateway(options, places, ground);
  if (persist && !has_unit(places, options.lan)) {
    changes.push_back(plan_unit(options, places));
  }
  return changes;
}

bool has_remains(const Journal& journal) { return !journal.changes().empty(); }

Result<bool> is_whole(const Journal& journal) {
  if (!journal.is_complete()) return false;
  const auto network = read_network_state();
  if (!network) return fail(network.error());
  return missing_parts(journal, *network).empty();
}

// Fails where the gateway that is up is not the one asked for.
Result<void> require_same(const Journal& journal,
                          const GatewayOptions& options) {
  if (options_json(journal.options()) == options_json(options)) return {};
  return fail(ErrorKind::kInput,
              "a gateway with other options is up on {} ({}); take it down "
              "first: flowtell gateway down --lan {}",
              options.lan, fmt::join(words_of(journal.options()), " "),
              options.lan);
}

// Whether the gateway asked for is up, with all its parts. Fails where another
// is.
Result<bool> is_up_as_asked(const Journal& journal,
                            const GatewayOptions& options) {
  auto whole = is_whole(journal);
  if (!whole || !*whole) return whole;
  auto same = require_same(journal, options);
  if (!same) return fail(std::move(same).error());
  return true;
}

// Fails where the gateway cannot be made to return after a reboot.
Result<void> check_unit(const GatewayOptions& options,
                        const GatewayPlaces& places) {
  if (!runs_systemd()) {
    return fail(ErrorKind::kInput,
                "--persist needs systemd, which does not run this system; "
                "'flowtell gateway script' prints a start-up script instead");
  }
  const UnitChange unit(places.units, unit_name(options.lan),
                        unit_text(options, places.program));
  const auto there = read_proc(unit.path());
  if (!there || *there == unit.text) return {};
  return fail(ErrorKind::kInput,
              "{} brings another gateway back at boot; remove it first: "
              "flowtell gateway down --lan {}",
              unit.path(), options.lan);
}

Result<void> refuse_nonsense(const GatewayOptions& options, bool persist,
                             const GatewayPlaces& places) {
  auto good = check_options(options);
  if (good) good = check_programs();
  if (good && persist) good = check_unit(options, places);
  return good;
}

// Has a gateway that is up return after a reboot, unless it does already.
Result<std::size_t> add_unit(Journal& journal, const GatewayRequest& request,
                             const HeldSignals& signals) {
  if (has_unit(request.places, journal.options().lan)) return 0;
  auto done = make(journal, plan_unit(journal.options(), request.places),
                   request, signals);
  if (!done) return fail(std::move(done).error());
  return 1;
}

Result<UpOutcome> put_up_anew(const GatewayOptions& options, bool persist,
                              const GatewayRequest& request,
                              const HeldSignals& signals) {
  auto ground = survey(options, request);
  if (!ground) return fail(std::move(ground).error());
  if (ground->network.find(options.lan)->has_carrier) {
    auto quiet = refuse_other_dhcp_server(options.lan, request.dhcp_patience);
    if (!quiet) return fail(std::move(quiet).error());
  }
  auto changes = plan(options, persist, request.places, *ground);
  UpOutcome outcome;
  outcome.changes = changes.size();
  outcome.doubts = doubts(options, ground->network);
  auto made = make_all(std::move(changes), options, request, signals);
  if (!made) return fail(std::move(made).error());
  return outcome;
}

}  // namespace

Result<UpOutcome> put_up(const GatewayOptions& options, bool persist,
                         const GatewayRequest& request) {
  auto good = refuse_nonsense(options, persist, request.places);
  if (good) good = require_network_privilege("put a gateway up");
  if (!good) return fail(std::move(good).error());
  const HeldSignals signals;
  auto lock = GatewayLock::take(request.places.state);
  if (!lock) return fail(std::move(lock).error());
  auto journal = open_journal(request.places, options.lan);
  if (!journal) return fail(std::move(journal).error());
  auto is_up = is_up_as_asked(*journal, options);
  if (!is_up) return fail(std::move(is_up).error());
  if (*is_up) {
    auto added = persist ? add_unit(*journal, request, signals) : 0;
    if (!added) return fail(std::move(added).error());
    UpOutcome outcome;
    outcome.changes = *added;
    return outcome;
  }
  const bool had_remains = has_remains(*journal);
  auto undone = undo_all(*journal, true, request);
  if (!undone) return fail(std::move(undone).error());
  auto outcome = put_up_anew(options, persist, request, signals);
  if (outcome) outcome->had_remains = had_remains;
  return outcome;
}

Result<UpPreview> preview_up(const GatewayOptions& options, bool persist,
                             const GatewayRequest& request) {
  auto good = refuse_nonsense(options, persist, request.places);
  if (!good) return fail(std::move(good).error());
  auto journal = open_journal(request.places, options.lan);
  if (!journal) return fail(std::move(journal).error());
  auto is_up = is_up_as_asked(*journal, options);
  if (!is_up) return fail(std::move(is_up).error());
  if (*is_up) return UpPreview{};
  if (has_remains(*journal)) {
    return UpPreview{
        {"undo what is left of an earlier gateway that is not whole",
         "put the gateway up as on a system without one"},
        {}};
  }
  auto ground = survey(options, request);
  if (!ground) return fail(std::move(ground).error());
  UpPreview preview;
  preview.changes.push_back(
      fmt::format("keep a record of all changes in {}",
                  Journal::folder(request.places.state, options.lan)));
  for (const auto& change : plan(options, persist, request.places, *ground)) {
    preview.changes.push_back(change->describe());
  }
  preview.doubts = doubts(options, ground->network);
  return preview;
}

Result<Undone> take_down(const std::string& lan, bool keep_unit,
                         const GatewayRequest& request) {
  auto may = check_interface_name("--lan", lan);
  if (may) may = require_network_privilege("take a gateway down");
  if (!may) return fail(std::move(may).error());
  const HeldSignals signals;
  auto lock = GatewayLock::take(request.places.state);
  if (!lock) return fail(std::move(lock).error());
  auto journal = open_journal(request.places, lan);
  if (!journal) return fail(std::move(journal).error());
  auto undone = undo_all(*journal, keep_unit, request);
  if (!undone) return undone;
  // After a reboot the unit is its own only record.
  if (!keep_unit && has_unit(request.places, lan)) {
    auto removed = UnitChange(request.places.units, unit_name(lan)).undo();
    if (!removed) return fail(std::move(removed).error());
    undone->had_unit = true;
  }
  return undone;
}

std::vector<std::string> known_gateways(const GatewayPlaces& places) {
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
