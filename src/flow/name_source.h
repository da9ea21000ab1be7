// SPDX-License-Identifier: Apache-2.0
//
// The source of a flow's server name.
#pragma once

#include <cstdint>
#include <string_view>

namespace flowtell {

// A name in the connection itself takes precedence over earlier DNS answers. A
// flow to a DNS server has the name of its question.
enum class NameSource : std::uint8_t {
  kNone,
  kDns,         // a DNS answer to the device for the remote's address
  kQuestion,    // the question, in a flow to a DNS server
  kTls,         // server name of a TLS ClientHello
  kQuic,        // the same, in QUIC's Initial packets
  kGoogleQuic,  // the same, in Google's QUIC before the standard
};

constexpr std::string_view name_source_name(NameSource source) {
  constexpr std::string_view kNames[] = {"none", "dns",  "question",
                                         "tls",  "quic", "google-quic"};
  return kNames[static_cast<std::size_t>(source)];
}

}  // namespace flowtell
