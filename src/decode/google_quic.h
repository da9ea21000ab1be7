// SPDX-License-Identifier: Apache-2.0
//
// Reads the server name from the hello of Google's own QUIC, which Chromium
// and Google's apps used from 2013 until version 1 of the standard. Its CHLO
// message was not encrypted. Source: J. Chang, R. Hamilton, "QUIC Crypto"
// (2016), and Wireshark's packet-gquic.c for the wire layout of each version.
//
// Reads versions Q025 to Q043, whose header begins with public flags, and Q044
// to Q046, whose header resembles that of the standard. From Q047 on the hello
// is protected and cannot be read.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "decode/host_name.h"

namespace flowtell {

// The name in the hello at the front of a datagram. Empty if the hello has none
// or was cut before it (Chromium puts 700 bytes of padding first); nullopt if
// the datagram holds no such hello. Never allocates; any thread.
std::optional<HostName> read_google_hello(Bytes datagram) noexcept;

// The version of such a datagram, such as "Q043". REQUIRES: `read_google_hello`
// found a hello in it.
std::string_view google_quic_version(Bytes datagram);

}  // namespace flowtell
