// SPDX-License-Identifier: Apache-2.0
//
// What the readers of a model file's sections share.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/plain_text.h"
#include "base/result.h"

namespace flowtell {

inline tl::unexpected<Error> wrong(std::string_view what) {
  return fail(ErrorKind::kInput, "{}", what);
}

// A model may come from a stranger, and its texts go to terminals.
inline std::string read_text(ByteReader& in) {
  const std::uint32_t length = in.u32();
  return plain_text(as_text(in.take(length)));
}

// A list's length; 0 and a bad reader where its entries, of at least so many
// bytes each, could not all stand in what is left.
inline std::uint32_t read_length(ByteReader& in, std::size_t smallest_entry) {
  const std::uint32_t length = in.u32();
  if (length > in.left() / smallest_entry) {
    in.skip(in.left() + 1);
    return 0;
  }
  return length;
}

}  // namespace flowtell
