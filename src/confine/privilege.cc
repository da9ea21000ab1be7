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

// The effective capabilities as a set of bits.
std::uint64_t in_force() {
  constexpr std::string_view kField = "CapEff:\t";
  const auto status = read_file("/proc/self/status");
  if (!status) return 0;
  const std::size_t at = status->find(kField);
  if (at == std::string::npos) return 0;
  return std::strtoull(status->c_str() + at + kField.size(), nullptr, 16);
}

}  // namespace

bool may(Capability capability) {
  return (in_force() >> static_cast<unsigned>(capability) & 1) != 0;
}

Result<void> require_network_privilege(std::string_view doing) {
  std::vector<std::string> wanting;
  for (const auto& [capability, name] : kNeededCapabilities) {
    if (!may(capability)) wanting.emplace_back(name);
  }
  if (wanting.empty()) return {};
  return fail(ErrorKind::kInput,
              "cannot {} without {}; run it as root, as in 'sudo flowtell "
              "gateway ...'",
              doing, listed(wanting));
}

bool knows_other_users() {
  // Lines of "first here, first outside, how many".
  const auto map = read_file("/proc/self/uid_map");
  if (!map) return true;
  std::uint64_t known = 0;
  for (const std::string_view line : split(*map, '\n')) {
    if (line.empty()) continue;
    const std::size_t last = line.find_last_of(' ') + 1;
    known += parse_number<std::uint64_t>(line.substr(last)).value_or(0);
  }
  return known > 1;
}

}  // namespace flowtell
