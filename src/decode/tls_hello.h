// SPDX-License-Identifier: Apache-2.0
//
// What a TLS client says in the clear before anything is encrypted: which
// server it wants (RFC 6066, section 3) and which protocol it would speak
// (RFC 7301), both in its ClientHello (RFC 8446, section 4.1.2; the same bytes
// in all versions since SSL 3). Of an Encrypted ClientHello the outer name is
// given; it names the one who serves, not the site.
//
// Lenient about its end: captures are cut, and a name that stands before the
// cut is given. Never allocates; no length is trusted; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/bytes.h"
#include "decode/host_name.h"

namespace flowtell {

struct TlsHello {
  enum class State {
    kNone,       // this does not begin with a ClientHello
    kNeedsMore,  // it may, and what is there of it was read
    kDone,
  };

  State state = State::kNone;
  // Bytes to come before it is worth while to look again; at least 1 if more
  // are needed.
  std::size_t missing = 0;
  HostName server_name;  // empty: none was seen
  // The first protocol offered that is plain text, such as "h2". Valid while
  // `alpn_bytes` and this live.
  std::string_view alpn() const { return {alpn_bytes.data(), alpn_size}; }

  static constexpr std::size_t kLongestAlpn = 32;
  std::array<char, kLongestAlpn> alpn_bytes{};
  std::size_t alpn_size = 0;
};

// Of a TCP stream's first bytes: TLS records, over several of which the
// ClientHello may stretch (RFC 8446, section 5.1).
TlsHello read_tls_hello(Bytes stream) noexcept;

// Of handshake messages without records, as QUIC carries them (RFC
// 9001, 4.1.3).
TlsHello read_handshake_hello(Bytes messages) noexcept;

}  // namespace flowtell
