// SPDX-License-Identifier: Apache-2.0
//
// Reads the unencrypted ClientHello of a TLS client (RFC 8446, section 4.1.2;
// the same format since SSL 3): the server name (RFC 6066, section 3) and the
// first application protocol (RFC 7301). With Encrypted ClientHello the outer
// name is given, which identifies the provider, not the site.
//
// Accepts truncated input: a name before the cut is given. Trusts no length.
// Never allocates; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/bytes.h"
#include "decode/host_name.h"

namespace flowtell {

struct TlsHello {
  enum class State {
    kNone,       // the bytes do not begin with a ClientHello
    kNeedsMore,  // they may; the available part was read
    kDone,
  };

  State state = State::kNone;
  // Further bytes needed before reading again can succeed; at least 1 in state
  // kNeedsMore.
  std::size_t missing = 0;
  HostName server_name;  // empty: none found
  // The first protocol offered that is plain text, such as "h2". Valid as long
  // as this object.
  std::string_view alpn() const { return {alpn_bytes.data(), alpn_size}; }

  static constexpr std::size_t kMaxAlpnLength = 32;
  std::array<char, kMaxAlpnLength> alpn_bytes{};
  std::size_t alpn_size = 0;
};

// Reads the first bytes of a TCP stream: TLS records, several of which may
// carry the ClientHello (RFC 8446, section 5.1).
TlsHello read_tls_hello(Bytes stream) noexcept;

// Reads handshake messages without records, as in QUIC (RFC 9001, 4.1.3).
TlsHello read_handshake_hello(Bytes messages) noexcept;

}  // namespace flowtell
