// SPDX-License-Identifier: Apache-2.0
//
// Replies to the gateway's search for other DHCP servers, and the lease file,
// which contains names that devices choose.
#include "gateway/dhcp_probe.h"
#include "gateway/leases.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowtell;
  constexpr std::uint32_t kTransaction = 0x12345678;
  const Bytes bytes(data, size);
  const auto server = dhcp_offer_from(bytes, kTransaction);
  require(!server || Ipv4::parse(server->text()) == server,
          "an address parses back to itself");
  const auto leases = parse_leases(as_text(bytes));
  for (std::size_t i = 1; i < leases.size(); ++i) {
    require(leases[i - 1].address <= leases[i].address,
            "leases are sorted by address");
  }
  return 0;
}
