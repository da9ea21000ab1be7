// SPDX-License-Identifier: Apache-2.0
//
// From where a flow's server name is known.
#pragma once

#include <cstdint>
#include <string_view>

namespace flowtell {

// What the connection itself said beats what was asked of DNS before it. A flow
// to a DNS server bears the name that it asks for.
enum class NameSource : std::uint8_t {
  kNone,
  kDns,         // the device was told the remote's address under this name
  kQuestion,    // it is itself the question, to a DNS server
  kTls,         // server name of a TLS ClientHello
  kQuic,        // the same, in QUIC's Initial packets
  kGoogleQuic,  // the same, of Google's QUIC before the standard
};

constexpr std::string_view name_source_name(NameSource source) {
  constexpr std::string_view kNames[] = {"none", "dns",  "question",
                                         "tls",  "quic", "google-quic"};
  return kNames[static_cast<std::size_t>(source)];
}

}  // namespace flowtell
