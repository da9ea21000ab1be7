// SPDX-License-Identifier: Apache-2.0
//
// The gateway: up and down.
//
// `up` first refuses what cannot work, then makes the changes of its plan one
// by one, each recorded before it is made; where one fails, all before it are
// undone. `down` undoes what is on record, newest first. Both may be killed at
// any moment: the record then tells the next command what is left to do.
//
// Several gateways may share a WAN. A setting that more than one of them needs
// is put back by the last to go, to what it was before the first came.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/gateway_options.h"
#include "gateway/gateway_steps.h"

namespace flowtell {

struct UpOutcome {
  bool had_remains = false;         // of one not whole; undone first
  std::size_t changes = 0;          // made now; none where it was up
  std::vector<std::string> doubts;  // see gateway_checks.h
};

// Puts a gateway up; with `persist`, also to return after a reboot.
Result<UpOutcome> put_up(const GatewayOptions& options, bool persist,
                         const GatewayRequest& request);

struct UpPreview {
  std::vector<std::string> changes;  // none where it is up
  std::vector<std::string> doubts;
};

// What put_up() would change, in its order; changes nothing.
Result<UpPreview> preview_up(const GatewayOptions& options, bool persist,
                             const GatewayRequest& request);

// Undoes all that is on record of the gateway on that interface; without
// `keep_unit` also what makes it return after a reboot.
Result<Undone> take_down(const std::string& lan, bool keep_unit,
                         const GatewayRequest& request);

// The interfaces whose gateways are on record, or return after a reboot.
std::vector<std::string> known_gateways(const GatewayPlaces& places);

}  // namespace flowtell
