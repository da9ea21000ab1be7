// SPDX-License-Identifier: Apache-2.0
//
// The steps of `up` and `down`: changes made with their record, and undone with
// it. Between any two steps the program may be killed.
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
  GatewayPlaces places;
  // How long to wait for the answer of another DHCP server.
  std::chrono::milliseconds dhcp_patience = kDhcpPatience;
  // Told of each step before and after it is taken; for tests, which kill the
  // program there.
  std::function<void(std::string_view step)> observe = [](std::string_view) {};
};

// Settings that other gateways hold in this network namespace, as they were
// before the first of them.
std::map<std::string, std::string> held_settings(const GatewayPlaces& places,
                                                 std::string_view but_of);

// Records the change, then makes it. Fails, with nothing done, where a signal
// asks the program to end.
Result<void> make(Journal& journal, ChangePtr change,
                  const GatewayRequest& request, const HeldSignals& signals);

// Begins a record and makes all the changes, or none: where one fails, those
// before it are undone.
Result<void> make_all(std::vector<ChangePtr> changes,
                      const GatewayOptions& options,
                      const GatewayRequest& request,
                      const HeldSignals& signals);

struct Undone {
  std::size_t changes = 0;
  bool had_unit = false;  // one that would have brought it back
};

// Undoes what is on record, newest first, and removes the record. A setting
// that another gateway holds stays as it is, for that one to put back. After a
// reboot only what outlives one is undone: the rest has gone, and what looks
// like it is another's.
Result<Undone> undo_all(Journal& journal, bool keep_unit,
                        const GatewayRequest& request);

}  // namespace flowtell
