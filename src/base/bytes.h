// SPDX-License-Identifier: Apache-2.0
//
// Bounds-checked reader for untrusted bytes: captures, packets, models.
//
// A ByteReader walks a span and never leaves it. Reading past the end does not
// throw: the reader fails, stays failed and returns zeros from then on. A
// parser therefore reads all its fields and checks `ok()` once. Copies are
// cheap; copy the reader to look ahead.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace flowtell {

using Bytes = std::span<const std::uint8_t>;

enum class ByteOrder { kLittle, kBig };

template <std::unsigned_integral T>
constexpr T swap_bytes(T value) {
  if constexpr (sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
}

// REQUIRES: sizeof(T) bytes are readable at `from`.
template <std::unsigned_integral T>
T load(const std::uint8_t* from, ByteOrder order) {
  T value;
  std::memcpy(&value, from, sizeof value);
  constexpr bool kHostIsLittle = std::endian::native == std::endian::little;
  return (order == ByteOrder::kLittle) == kHostIsLittle ? value
                                                        : swap_bytes(value);
}

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes, ByteOrder order = ByteOrder::kBig)
      : bytes_(bytes), order_(order) {}

  bool ok() const { return ok_; }
  std::size_t position() const { return position_; }
  std::size_t left() const { return bytes_.size() - position_; }
  Bytes rest() const { return bytes_.subspan(position_); }

  // The next unsigned integer; 0 once the reader has failed.
  template <std::unsigned_integral T>
  T read() {
    if (!has(sizeof(T))) return 0;
    const T value = load<T>(bytes_.data() + position_, order_);
    position_ += sizeof(T);
    return value;
  }
  std::uint8_t u8() { return read<std::uint8_t>(); }
  std::uint16_t u16() { return read<std::uint16_t>(); }
  std::uint32_t u32() { return read<std::uint32_t>(); }
  std::uint64_t u64() { return read<std::uint64_t>(); }
  float f32() { return std::bit_cast<float>(u32()); }
  double f64() { return std::bit_cast<double>(u64()); }

  // The next `count` bytes of the underlying span; empty after a failure.
  Bytes take(std::uint64_t count) {
    if (!has(count)) return {};
    const Bytes taken =
        bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += static_cast<std::size_t>(count);
    return taken;
  }
  void skip(std::uint64_t count) { take(count); }

 private:
  bool has(std::uint64_t count) {
    ok_ = ok_ && count <= left();
    return ok_;
  }

  Bytes bytes_;
  ByteOrder order_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace flowtell
