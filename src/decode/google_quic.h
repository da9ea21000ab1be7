// SPDX-License-Identifier: Apache-2.0
//
// The server name in the hello of Google's own QUIC, which Chromium and
// Google's apps spoke from 2013 until version 1 of the standard: its CHLO
// message was not encrypted. Source: J. Chang, R. Hamilton, "QUIC Crypto"
// (2016), and the wire layout of each version as Wireshark's packet-gquic.c has
// it.
//
// Read are versions Q025 to Q043, whose header begins with public flags, and
// Q044 to Q046, whose header is nearly that of the standard. From Q047 on the
// hello is protected and found by none of this.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "decode/host_name.h"

namespace flowtell {

// The hello at the front of a datagram; its name is empty where none is given
// or the capture was cut before it (Chromium puts 700 bytes of padding first).
// Nothing where the datagram holds no such hello. Never allocates; any thread.
std::optional<HostName> read_google_hello(Bytes datagram) noexcept;

}  // namespace flowtell
