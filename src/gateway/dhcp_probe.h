// SPDX-License-Identifier: Apache-2.0
//
// Is there a DHCP server on this interface already? Two of them on one wire
// hand out addresses that do not fit, and devices fail by chance.
//
// Asked as a client asks (RFC 2131): a DHCPDISCOVER to everyone, three times,
// and listening for a DHCPOFFER. Careful servers first see whether the address
// they would offer is free, dnsmasq for three seconds, so the question takes
// longer. A server may hold an address back for a few minutes for it; nothing
// else comes of it. It goes through a packet socket, for the interface may
// have no address yet.
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

inline constexpr std::chrono::milliseconds kDhcpPatience{4500};

using Mac = std::array<std::uint8_t, 6>;

// Fails, naming the server, where one answers on the interface. An interface
// without a link is not asked: no one could answer.
Result<void> refuse_other_dhcp_server(
    const std::string& interface,
    std::chrono::milliseconds patience = kDhcpPatience);

// The question as an IPv4 packet; `transaction` marks its answers.
std::string dhcp_discover(const Mac& mac, std::uint32_t transaction);

// The server that offers an address in this IPv4 packet, if it is an answer to
// that transaction.
std::optional<Ipv4> dhcp_offer_from(Bytes packet, std::uint32_t transaction);

// Fails where the confined child's reply names a server, and where it is
// neither empty nor an address: the child parsed packets, so its text is
// untrusted.
Result<void> require_no_server(const std::string& interface,
                               std::string_view reply);

}  // namespace flowtell
