// SPDX-License-Identifier: Apache-2.0
//
// Brings a gateway up and down.
//
// `up` first refuses what cannot work, then applies the changes of its plan one
// by one. Each is recorded before it is applied; if one fails, all earlier ones
// are undone. `down` undoes the recorded changes, newest first. Both may be
// killed at any moment; the next command continues from the record.
//
// Several gateways may share a WAN. A setting that several of them need is
// restored by the last one, to its value before the first.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/gateway_options.h"
#include "gateway/gateway_steps.h"

namespace flowtell {

struct UpOutcome {
  bool undid_incomplete = false;      // an incomplete gateway was undone first
  std::size_t changes = 0;            // applied now; 0 if it was up already
  std::vector<std::string> warnings;  // see gateway_checks.h
};

// Brings a gateway up; with `persist`, also after each reboot.
Result<UpOutcome> bring_up(const GatewayOptions& options, bool persist,
                           const GatewayRequest& request);

struct UpPreview {
  std::vector<std::string> changes;  // empty if it is up
  std::vector<std::string> warnings;
};

// The changes that bring_up() would make, in order; changes nothing.
Result<UpPreview> preview_up(const GatewayOptions& options, bool persist,
                             const GatewayRequest& request);

// Undoes all recorded changes of the gateway on that interface. Without
// `keep_unit` it also removes the unit that starts it at boot.
Result<Undone> bring_down(const std::string& lan, bool keep_unit,
                          const GatewayRequest& request);

// The interfaces whose gateways are recorded or start at boot.
std::vector<std::string> known_gateways(const GatewayPaths& places);

}  // namespace flowtell
