// SPDX-License-Identifier: Apache-2.0
#include "gateway/leases.h"

#include <algorithm>

#include "base/text.h"

namespace flowtell {
namespace {

// Names come from devices; other characters could control a terminal.
std::string plain(std::string_view name) {
  std::string text(name);
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

}  // namespace

std::vector<Lease> parse_leases(std::string_view file) {
  std::vector<Lease> leases;
  for (const std::string_view line : split(file, '\n')) {
    const auto fields = split(line, ' ');
    if (fields.size() < 4) continue;
    const auto ends = parse_number<std::int64_t>(fields[0]);
    const auto address = Ipv4::parse(fields[2]);
    if (!ends || !address) continue;
    leases.push_back({*address, plain(fields[1]),
                      fields[3] == "*" ? "" : plain(fields[3]), *ends});
  }
  std::ranges::sort(leases, {}, &Lease::address);
  return leases;
}

}  // namespace flowtell
