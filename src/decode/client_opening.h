// SPDX-License-Identifier: Apache-2.0
//
// Finds the server that a client names in the clear at the start of its TCP
// stream:
//
// - a TLS ClientHello (decode/tls_hello.h);
// - an HTTP/1 request: the authority of its target, else the Host header
//   (RFC 9112, 3.2 and 3.3);
// - a ClientHello behind a preamble: an HTTP CONNECT request, SOCKS (RFC 1928,
//   RFC 1929, SOCKS 4 and 4a), STARTTLS and its kin (text protocols; LDAP,
//   MySQL, PostgreSQL, RDP). The name in the hello takes precedence over the
//   target of the tunnel;
// - any of these behind a PROXY protocol header, version 1 or 2.
//
// Ports and addresses in numbers are no names. Input is untrusted and may be
// incomplete. A preamble is bounded, so streams of other protocols end the
// search after their first bytes or a few kilobytes of text. Never allocates;
// any thread.
#pragma once

#include "decode/host_name.h"
#include "decode/tls_hello.h"

namespace flowtell {

struct ClientOpening {
  enum class Source : std::uint8_t { kNone, kHttp, kSocks };

  // The hello. Its state is that of the whole opening: kDone also after a
  // request that no hello follows.
  TlsHello hello;
  Bytes hello_bytes;  // the stream from the hello on; empty without one
  // The server in a request outside the hello; empty: none.
  HostName server;
  Source source = Source::kNone;

  // Longest preambles, in bytes.
  static constexpr std::size_t kMaxRequest = 12'288;  // an HTTP header section
  static constexpr std::size_t kMaxText = 4'096;      // before STARTTLS's hello
};

// Reads the first bytes of what a client sent.
ClientOpening read_client_opening(Bytes stream) noexcept;

// Whether the bytes are surely the first that a client sends; for streams whose
// beginning may not have been captured.
bool is_client_opening(Bytes bytes) noexcept;

}  // namespace flowtell
