// SPDX-License-Identifier: Apache-2.0
//
// Reads the unencrypted ClientHello of a TLS client (RFC 8446, section 4.1.2;
// the same format since SSL 3): the server name (RFC 6066, section 3) and the
// application protocols (RFC 7301). With Encrypted ClientHello (RFC 9849) the
// name may be the outer one, which identifies the provider, not the site. A
// client without a key sends the same extension with random content (GREASE,
// section 6.2) and the true name, so the hello alone does not tell.
//
// Accepts truncated input: a name before the cut is given. Trusts no length.
// Never allocates; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <string>
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
  bool has_ech = false;  // the extension encrypted_client_hello, real or not
  // The protocols offered that are plain text, such as "h2,http/1.1", and the
  // first of them; empty if their list was cut. Valid as long as this object.
  std::string_view alpns() const { return {alpn_bytes.data(), alpn_size}; }
  std::string_view alpn() const { return alpns().substr(0, alpns().find(',')); }

  // Longer names, and names beyond the longest list, are left out.
  static constexpr std::size_t kMaxAlpnLength = 32;
  static constexpr std::size_t kMaxAlpnList = 128;
  std::array<char, kMaxAlpnList> alpn_bytes{};
  std::size_t alpn_size = 0;
};

// Reads the first bytes of a TCP stream: TLS records, several of which may
// carry the ClientHello (RFC 8446, section 5.1).
TlsHello read_tls_hello(Bytes stream) noexcept;

// Reads handshake messages without records, as in QUIC (RFC 9001, 4.1.3).
TlsHello read_handshake_hello(Bytes messages) noexcept;

// The JA4 fingerprints (ja4.h) of the same; empty unless the hello is complete.
std::string tls_ja4(Bytes stream);
std::string quic_ja4(Bytes messages);

}  // namespace flowtell
