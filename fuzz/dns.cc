// SPDX-License-Identifier: Apache-2.0
//
// A DNS message, as an answer and as multicast. It ends, and tells names only.
#include "decode/dns_message.h"

#include "names.h"
#include "target.h"

namespace {

using namespace flowtell;

void check(Bytes message, DnsKind kind) {
  constexpr std::size_t kRounds = DnsReader::kMaxAliases + 1;
  DnsReader reader(message, kind);
  check_name(reader.asked());
  std::size_t answers = 0;
  for (DnsAnswer answer; reader.next(answer); ++answers) {
    require(!answer.name.empty(), "an address is told under a name");
    check_name(answer.name);
    require(kind == DnsKind::kMulticast || answer.name == reader.asked().text(),
            "an answer is told under the name that was asked for");
  }
  require(answers <= DnsReader::kMaxRecords * kRounds,
          "a message gives so many addresses at most");
  DnsAnswer none;
  require(!reader.next(none), "a message that ended goes on");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check({data, size}, DnsKind::kUnicast);
  check({data, size}, DnsKind::kMulticast);
  return 0;
}
