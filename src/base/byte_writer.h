// SPDX-License-Identifier: Apache-2.0
//
// Counterpart of ByteReader: appends little-endian values to a growing byte
// string. The output is the same on every machine.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace flowtell {

class ByteWriter {
 public:
  template <std::unsigned_integral T>
  void write(T value) {
    if constexpr (std::endian::native == std::endian::big) {
      value = swap_bytes(value);
    }
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void u8(std::uint8_t value) { write(value); }
  void u16(std::uint16_t value) { write(value); }
  void u32(std::uint32_t value) { write(value); }
  void u64(std::uint64_t value) { write(value); }
  void f32(float value) { write(std::bit_cast<std::uint32_t>(value)); }
  void f64(double value) { write(std::bit_cast<std::uint64_t>(value)); }

  void raw(std::string_view bytes) { out_.append(bytes); }
  // Writes the text's length (32 bits), then its bytes.
  void text(std::string_view text) {
    u32(static_cast<std::uint32_t>(text.size()));
    raw(text);
  }

  const std::string& bytes() const { return out_; }
  void clear() { out_.clear(); }

 private:
  std::string out_;
};

}  // namespace flowtell
