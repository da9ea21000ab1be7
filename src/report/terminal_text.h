// SPDX-License-Identifier: Apache-2.0
//
// Text from outside on a terminal: a phone chooses its own name, and must not
// be able to move the cursor with it.
#pragma once

#include <string>
#include <string_view>

namespace flowtell {

// The text on exactly `width` columns: each byte of a control character, and
// each that is no UTF-8, becomes '?'; what is too long ends in '~', what is too
// short is filled with blanks. A code point of UTF-8 counts as one column.
std::string fitted(std::string_view text, std::size_t width);

// The same, with the blanks in front: for numbers.
std::string fitted_right(std::string_view text, std::size_t width);

}  // namespace flowtell
