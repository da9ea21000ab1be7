// SPDX-License-Identifier: Apache-2.0
//
// Text of a systemd unit or init script that starts a gateway at boot. Both run
// `flowtell gateway up` and `down`.
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

// The unit. It takes away the privileges that a gateway does not need.
// `program` is the path of this program.
std::string unit_text(const GatewayOptions& options,
                      const std::string& program);

// A script for /etc/init.d, in POSIX sh.
std::string script_text(const GatewayOptions& options,
                        const std::string& program);

// Whether the system runs systemd (sd_booted(3)).
bool runs_systemd();

}  // namespace flowtell
