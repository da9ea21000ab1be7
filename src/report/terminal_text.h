// SPDX-License-Identifier: Apache-2.0
//
// Makes untrusted text safe for a terminal: a phone chooses its own name, which
// must not move the cursor.
#pragma once

#include <string>
#include <string_view>

namespace flowtell {

// The text in exactly `width` columns. Each byte of a control character or of
// invalid UTF-8 becomes '?'. Longer text is cut and ends in '~'; shorter text
// is padded with spaces on the right. A UTF-8 code point counts as one column.
std::string fitted(std::string_view text, std::size_t width);

// The same, padded on the left: for numbers.
std::string fitted_right(std::string_view text, std::size_t width);

}  // namespace flowtell
