// SPDX-License-Identifier: Apache-2.0
//
// Texts that others chose, for lines on a terminal: they must not be able to
// move the cursor.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flowtell {

// How many bytes the code point at the front has; 0 where it is none that may
// stand on a screen: ASCII's controls, the further ones of U+0080 to U+009F,
// and bytes that are no UTF-8 (RFC 3629, section 4), such as a control written
// longer than it need be.
std::size_t printable_size(std::string_view text);

// The text with '?' for each byte of those.
std::string plain_text(std::string_view text);

}  // namespace flowtell
