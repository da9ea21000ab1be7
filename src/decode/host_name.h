// SPDX-License-Identifier: Apache-2.0
//
// A host name in its canonical form: lower case, without the final dot, so
// equal names have equal bytes.
//
// Accepts only names that can be printed as they are: labels of letters,
// digits, hyphens and underscores, 1 to 63 bytes each, separated by dots, 253
// bytes in all (RFC 1123, 2.1; RFC 2181, 11, for the underscore).
// Internationalised names come in their ASCII form (RFC 5890).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace flowtell {

class HostName {
 public:
  static constexpr std::size_t kMaxLength = 253;
  static constexpr std::size_t kMaxLabelLength = 63;

  // The empty name.
  HostName() = default;

  // nullopt if the text is not a host name.
  static std::optional<HostName> from(std::string_view text);

  // The byte in canonical form; 0 if no name may contain it.
  static char normalised(char c) {
    return kNormalised[static_cast<std::uint8_t>(c)];
  }

  bool empty() const { return size_ == 0; }
  // Valid as long as this object.
  std::string_view text() const { return {bytes_.data(), size_}; }

  bool operator==(const HostName& other) const {
    return text() == other.text();
  }

 private:
  static const std::array<char, 256> kNormalised;

  std::array<char, kMaxLength> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace flowtell
