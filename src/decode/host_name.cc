// SPDX-License-Identifier: Apache-2.0
#include "decode/host_name.h"

namespace flowtell {
namespace {

constexpr char normalise(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  const bool is_valid = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                        c == '-' || c == '_' || c == '.';
  return is_valid ? c : '\0';
}

}  // namespace

constexpr std::array<char, 256> HostName::kNormalised = [] {
  std::array<char, 256> table{};
  for (int byte = 0; byte < 256; ++byte) {
    table[static_cast<std::size_t>(byte)] = normalise(static_cast<char>(byte));
  }
  return table;
}();

std::optional<HostName> HostName::from(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > kMaxLength) return std::nullopt;
  HostName name;
  std::size_t label = 0;
  for (const char raw : text) {
    const char c = normalised(raw);
    if (c == '\0') return std::nullopt;
    if (c == '.' && label == 0) return std::nullopt;
    label = c == '.' ? 0 : label + 1;
    if (label > kMaxLabelLength) return std::nullopt;
    name.bytes_[name.size_++] = c;
  }
  if (label == 0) return std::nullopt;
  return name;
}

}  // namespace flowtell
