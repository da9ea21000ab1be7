// SPDX-License-Identifier: Apache-2.0
//
// Makes untrusted text safe to print: it cannot control the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flowtell {

// Size in bytes of the code point at the front; 0 if it is not printable. Not
// printable are the ASCII controls, the controls U+0080 to U+009F, and bytes
// that are not valid UTF-8 (RFC 3629, section 4), overlong forms included.
std::size_t printable_size(std::string_view text);

// The text with each unprintable byte replaced by '?'.
std::string plain_text(std::string_view text);

}  // namespace flowtell
