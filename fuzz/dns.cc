// SPDX-License-Identifier: Apache-2.0
//
// A DNS message, as unicast and multicast. Reading ends; all names are valid.
#include "decode/dns_message.h"

#include "names.h"
#include "target.h"

namespace {

using namespace flowtell;

void check(Bytes message, DnsKind kind) {
  constexpr std::size_t kMaxPasses = DnsReader::kMaxAliases + 1;
  DnsReader reader(message, kind);
  check_name(reader.asked());
  std::size_t answers = 0;
  for (DnsAnswer answer; reader.next(answer); ++answers) {
    require(!answer.name.empty(), "an address has a name");
    check_name(answer.name);
    require(kind == DnsKind::kMulticast || answer.name == reader.asked().text(),
            "an answer has the queried name");
  }
  require(answers <= DnsReader::kMaxRecords * kMaxPasses + DnsReader::kMaxHints,
          "the number of addresses is bounded");
  DnsAnswer none;
  require(!reader.next(none), "reading stays at the end of a message");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check({data, size}, DnsKind::kUnicast);
  check({data, size}, DnsKind::kMulticast);
  return 0;
}
