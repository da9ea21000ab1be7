// SPDX-License-Identifier: Apache-2.0
#include "base/plain_text.h"

namespace flowtell {

std::size_t printable_size(std::string_view text) {
  const auto byte = [&](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  if (first > 0xf4) return 0;
  const std::size_t size = first >= 0xf0   ? 4
                           : first >= 0xe0 ? 3
                           : first >= 0xc2 ? 2
                                           : 0;
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xc0) != 0x80) return 0;
  }
  switch (first) {
    case 0xc2:  // U+0080 to U+009F
    case 0xe0:  // overlong
      return byte(1) < 0xa0 ? 0 : size;
    case 0xed:  // UTF-16 surrogate
      return byte(1) >= 0xa0 ? 0 : size;
    case 0xf0:  // overlong
      return byte(1) < 0x90 ? 0 : size;
    case 0xf4:  // beyond U+10FFFF
      return byte(1) >= 0x90 ? 0 : size;
    default:
      return size;
  }
}

std::string plain_text(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const std::size_t size = printable_size(text);
    plain += size > 0 ? text.substr(0, size) : "?";
    text.remove_prefix(size > 0 ? size : 1);
  }
  return plain;
}

}  // namespace flowtell
