// SPDX-License-Identifier: Apache-2.0
#include "confine/privilege.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "base/file.h"
#include "base/text.h"

namespace flowtell {
namespace {

constexpr std::array<std::pair<Capability, std::string_view>, 3>
    kNeededCapabilities = {{
        {Capability::kNetAdmin, "CAP_NET_ADMIN"},
        {Capability::kNetRaw, "CAP_NET_RAW"},
        {Capability::kNetBindService, "CAP_NET_BIND_SERVICE"},
    }};

// The effective capabilities as a bit set.
std::uint64_t effective_bits() {
  constexpr std::string_view kField = "CapEff:\t";
  const auto status = read_file("/proc/self/status");
  if (!status) return 0;
  const std::size_t at = status->find(kField);
  if (at == std::string::npos) return 0;
  return std::strtoull(status->c_str() + at + kField.size(), nullptr, 16);
}

}  // namespace

bool may(Capability capability) {
  return (effective_bits() >> static_cast<unsigned>(capability) & 1) != 0;
}

Result<void> require_network_privilege(std::string_view doing) {
  std::vector<std::string> missing;
  for (const auto& [capability, name] : kNeededCapabilities) {
    if (!may(capability)) missing.emplace_back(name);
  }
  if (missing.empty()) return {};
  return fail(ErrorKind::kPermission,
              "cannot {} without {}; run it as root, as in 'sudo flowtell "
              "gateway ...'",
              doing, listed(missing));
}

bool maps_other_users() {
  // Each line: first number inside, first number outside, count.
  const auto map = read_file("/proc/self/uid_map");
  if (!map) return true;
  std::uint64_t mapped = 0;
  for (const std::string_view line : split(*map, '\n')) {
    if (line.empty()) continue;
    const std::size_t last = line.find_last_of(' ') + 1;
    mapped += parse_number<std::uint64_t>(line.substr(last)).value_or(0);
  }
  return mapped > 1;
}

}  // namespace flowtell
