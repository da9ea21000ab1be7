// SPDX-License-Identifier: Apache-2.0
//
// The name of a host as it is told everywhere here: lower case, without the dot
// at the end, so that equal names are equal bytes.
//
// Held are only names that can stand in a line of output as they are: labels of
// letters, digits, hyphens and underscores, 1 to 63 bytes each, parted by dots,
// 253 bytes in all (RFC 1123, 2.1; RFC 2181, 11, for the underscore). A name
// of another script travels in its ASCII form (RFC 5890). All else is refused.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace flowtell {

class HostName {
 public:
  static constexpr std::size_t kLongest = 253;
  static constexpr std::size_t kLongestLabel = 63;

  // The empty name, which no host has.
  HostName() = default;

  // Nothing where the text is no name of a host.
  static std::optional<HostName> from(std::string_view text);

  // The byte as names have it here; 0 for one that no name has.
  static char normalised(char c) {
    return kNormalised[static_cast<std::uint8_t>(c)];
  }

  bool empty() const { return size_ == 0; }
  // Valid while this lives.
  std::string_view text() const { return {bytes_.data(), size_}; }

  bool operator==(const HostName& other) const {
    return text() == other.text();
  }

 private:
  static const std::array<char, 256> kNormalised;

  std::array<char, kLongest> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace flowtell
