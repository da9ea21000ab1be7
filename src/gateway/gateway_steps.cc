// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_steps.h"

namespace flowtell {
namespace {

// The changes that are not undone.
struct UndoLimits {
  bool keep_unit = false;
  bool is_after_reboot = false;             // only changes that outlive one
  std::map<std::string, std::string> held;  // settings of other gateways
};

Result<void> undo(const Change& change, const UndoLimits& limits,
                  Undone& undone) {
  if (limits.is_after_reboot && !change.outlives_reboot()) return {};
  const auto* setting = dynamic_cast<const SettingChange*>(&change);
  if (setting != nullptr && limits.held.contains(setting->old.path)) {
    return {};
  }
  const bool is_unit = dynamic_cast<const UnitChange*>(&change) != nullptr;
  if (is_unit && limits.keep_unit) return {};
  auto done = change.undo();
  if (!done) return done;
  undone.had_unit = undone.had_unit || is_unit;
  ++undone.changes;
  return {};
}

}  // namespace

std::map<std::string, std::string> held_settings(const GatewayPaths& places,
                                                 std::string_view except) {
  std::map<std::string, std::string> held;
  for (const std::string& lan : Journal::recorded(places.state)) {
    if (lan == except) continue;
    const auto journal = Journal::open(places.state, lan);
    if (!journal || journal->is_from_earlier_boot() ||
        !journal->is_from_this_network()) {
      continue;
    }
    for (const ChangePtr& change : journal->changes()) {
      const auto* setting = dynamic_cast<const SettingChange*>(change.get());
      if (setting == nullptr) continue;
      held.emplace(setting->old.path, setting->old.value);
      for (const Setting& other : setting->linked) {
        held.emplace(other.path, other.value);
      }
    }
  }
  return held;
}

Result<void> apply_one(Journal& journal, ChangePtr change,
                       const GatewayRequest& request,
                       const BlockedSignals& signals) {
  if (signals.any()) return fail(ErrorKind::kSystem, "interrupted");
  request.observe("prepare");
  if (auto done = change->prepare(); !done) return done;
  request.observe("record");
  if (auto done = journal.push(std::move(change)); !done) return done;
  request.observe("recorded");
  auto done = journal.changes().back()->apply();
  request.observe("made");
  return done;
}

Result<void> apply_all(std::vector<ChangePtr> changes,
                       const GatewayOptions& options,
                       const GatewayRequest& request,
                       const BlockedSignals& signals) {
  request.observe("begin");
  auto journal = Journal::create(request.places.state, options);
  if (!journal) return fail(std::move(journal).error());
  Result<void> done;
  for (ChangePtr& change : changes) {
    if (done) done = apply_one(*journal, std::move(change), request, signals);
  }
  if (done) done = journal->push_complete();
  if (done) {
    request.observe("complete");
    return done;
  }
  auto undone = undo_all(*journal, false, request);
  if (!undone) return fail(done.error().message, std::move(undone).error());
  return fail("nothing was changed", std::move(done).error());
}

Result<Undone> undo_all(Journal& journal, bool keep_unit,
                        const GatewayRequest& request) {
  const UndoLimits limits = {
      .keep_unit = keep_unit,
      .is_after_reboot = journal.is_from_earlier_boot(),
      .held = held_settings(request.places, journal.options().lan)};
  Undone undone;
  while (!journal.changes().empty()) {
    if (const Change* change = journal.changes().back().get()) {
      request.observe("undo");
      auto done = undo(*change, limits, undone);
      if (!done) {
        return fail("the rest stays on record for 'flowtell gateway down'",
                    std::move(done).error());
      }
    }
    request.observe("undone");
    if (auto done = journal.pop(); !done) return fail(std::move(done).error());
    request.observe("off the record");
  }
  if (auto done = journal.remove(); !done) return fail(std::move(done).error());
  request.observe("record removed");
  return undone;
}

}  // namespace flowtell
