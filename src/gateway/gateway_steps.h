// SPDX-License-Identifier: Apache-2.0
// The steps of `up` and `down`: applying and undoing changes, with their
// record. The program may be killed between any two steps.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/gateway_lock.h"
#include "gateway/gateway_plan.h"
#include "gateway/journal.h"

namespace flowtell {

struct GatewayRequest {
  GatewayPaths places;
  // The timeout of the probe for another DHCP server.
  std::chrono::milliseconds dhcp_timeout = kDhcpTimeout;
  // Called before and after each step; for tests, which kill the program there.
  std::function<void(std::string_view step)> observe = [](std::string_view) {};
};

// The settings that other gateways of this network namespace hold, with their
// values before the first of them.
std::map<std::string, std::string> held_settings(const GatewayPaths& places,
                                                 std::string_view except);

// Records the change, then applies it. Fails, with nothing done, if a signal is
// pending.
Result<void> apply_one(Journal& journal, ChangePtr change,
                       const GatewayRequest& request,
                       const BlockedSignals& signals);

// Begins a record and applies all changes, or none: if one fails, the earlier
// ones are undone.
Result<void> apply_all(std::vector<ChangePtr> changes,
                       const GatewayOptions& options,
                       const GatewayRequest& request,
                       const BlockedSignals& signals);

struct Undone {
  std::size_t changes = 0;
  bool had_unit = false;  // whether it removed a unit
};

// Undoes the recorded changes, newest first, and removes the record. Settings
// that another gateway holds are left for that one to restore. After a reboot
// only changes that outlive one are undone: the others are gone, and anything
// similar belongs to another program.
Result<Undone> undo_all(Journal& journal, bool keep_unit,
                        const GatewayRequest& request);

}  // namespace flowtell
