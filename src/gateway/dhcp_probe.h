// SPDX-License-Identifier: Apache-2.0
//
// Checks whether an interface already has a DHCP server. With two on one
// network, devices get conflicting addresses.
//
// The probe acts as a client (RFC 2131): it broadcasts a DHCPDISCOVER three
// times and waits for a DHCPOFFER. Servers may first check that the offered
// address is free (dnsmasq for three seconds), so the timeout is longer. A
// server may reserve an address for a few minutes; there is no other effect.
// The probe uses a packet socket because the interface may have no address yet.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "gateway/ipv4.h"

namespace flowtell {

inline constexpr std::chrono::milliseconds kDhcpTimeout{4500};

using Mac = std::array<std::uint8_t, 6>;

// Fails, naming the server, if one answers on the interface. Succeeds without a
// probe if the interface has no link.
Result<void> refuse_other_dhcp_server(
    const std::string& interface,
    std::chrono::milliseconds timeout = kDhcpTimeout);

// The DHCPDISCOVER as an IPv4 packet; `transaction` identifies the replies.
std::string dhcp_discover(const Mac& mac, std::uint32_t transaction);

// The server whose offer this IPv4 packet is; empty if it is not a reply to the
// transaction.
std::optional<Ipv4> dhcp_offer_from(Bytes packet, std::uint32_t transaction);

// Fails if the confined child's reply names a server, or is neither empty nor
// an address. The reply is untrusted: the child parsed packets.
Result<void> require_no_server(const std::string& interface,
                               std::string_view reply);

}  // namespace flowtell
