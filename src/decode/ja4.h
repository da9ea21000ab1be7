// SPDX-License-Identifier: Apache-2.0
//
// The JA4 fingerprint of a TLS client: what its ClientHello offers, in 36
// characters such as "t13d1516h2_8daaf6152771_e5627efa2ab1". Clients that use
// the same TLS library in the same way share one. Source: FoxIO,
// "JA4: TLS Client Fingerprinting" (technical_details/JA4.md of FoxIO-LLC/ja4).
//
//   t or q    over TCP or QUIC
//   13        highest version offered
//   d or i    with or without a server name
//   15, 16    numbers of cipher suites and extensions
//   h2        first and last character of the first application protocol
//   then 12 hexadecimal digits of the SHA-256 of the sorted cipher suites, and
//   of the sorted extensions with the signature algorithms in their order.
//
// GREASE (RFC 8701) is ignored everywhere. Trusts no length. Any thread.
#pragma once

#include <string>

#include "base/bytes.h"

namespace flowtell {

enum class HelloTransport : char { kTcp = 't', kQuic = 'q' };

// The fingerprint of a ClientHello, which begins with its message header. Empty
// if the message is incomplete or malformed: a fingerprint is never of a part.
std::string ja4(Bytes hello, HelloTransport transport);

}  // namespace flowtell
