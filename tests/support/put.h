// SPDX-License-Identifier: Apache-2.0
//
// Writes integers in either byte order, to build captures and headers.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace flowtell {

template <std::unsigned_integral T>
void put(std::string& out, T value, ByteOrder order) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    const std::size_t at = order == ByteOrder::kLittle ? i : sizeof(T) - 1 - i;
    out += static_cast<char>((value >> (8 * at)) & 0xff);
  }
}

// Overwrites the bytes at `at`, in network byte order.
template <std::unsigned_integral T>
void put_at(std::string& out, std::size_t at, T value) {
  std::string bytes;
  put(bytes, value, ByteOrder::kBig);
  out.replace(at, bytes.size(), bytes);
}

}  // namespace flowtell
