// SPDX-License-Identifier: Apache-2.0
//
// The addresses of the local network, where the devices are.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "decode/address.h"

namespace flowtell {

class Lan {
 public:
  // The private, shared and link-local ranges: RFC 1918, RFC 6598, RFC 3927,
  // RFC 4193, RFC 4291.
  static constexpr std::string_view kDefault =
      "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,169.254.0.0/16,"
      "fc00::/7,fe80::/10";

  // A list of prefixes, "10.0.0.0/8,fc00::/7"; an address alone is one host.
  static Result<Lan> parse(std::string_view text);

  Lan();

  bool contains(const Address& address) const {
    for (const Prefix& prefix : prefixes_) {
      if (prefix.contains(address)) return true;
    }
    return false;
  }

 private:
  struct NoPrefixes {};
  explicit Lan(NoPrefixes) {}

  struct Prefix {
    Address network;
    unsigned bits;  // of the 128 that an Address has
    bool contains(const Address& address) const;
  };
  static Result<Prefix> parse_prefix(std::string_view text);

  std::vector<Prefix> prefixes_;
};

}  // namespace flowtell
