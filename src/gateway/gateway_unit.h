// SPDX-License-Identifier: Apache-2.0
//
// How a gateway returns after a reboot: a unit for systemd, or a script for
// /etc/init.d where there is no systemd. Both call this program, so that what
// they start is what `up` makes and `down` takes back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/gateway_options.h"

namespace flowtell {

// "flowtell-gateway-wlan0.service"
std::string unit_name(std::string_view lan);
// The interface in such a name.
std::optional<std::string> lan_of_unit(std::string_view name);

// The unit: hardened by what a gateway never needs. `program` is the path of
// this program.
std::string unit_text(const GatewayOptions& options,
                      const std::string& program);

// A script for /etc/init.d, for any sh.
std::string script_text(const GatewayOptions& options,
                        const std::string& program);

// Whether systemd runs this system (sd_booted(3)).
bool runs_systemd();

}  // namespace flowtell
