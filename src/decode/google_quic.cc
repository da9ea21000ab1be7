// SPDX-License-Identifier: Apache-2.0
#include "decode/google_quic.h"

namespace flowtell {
namespace {

constexpr std::uint32_t tag(char a, char b, char c, char d) {
  return static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b) << 8 |
         static_cast<std::uint32_t>(c) << 16 |
         static_cast<std::uint32_t>(d) << 24;
}

// "Q043" is 43; 0 if the text is no version of Google's.
unsigned version_number(Bytes text) {
  if (text.size() != 4 || text[0] != 'Q') return 0;
  unsigned number = 0;
  for (const std::uint8_t c : text.subspan(1)) {
    if (c < '0' || c > '9') return 0;
    number = number * 10 + (c - '0');
  }
  return number;
}

// Public flags (one for the version, one for the connection id, two bits for
// the length of the packet number), id, version, packet number. False if the
// header is of another form.
bool skip_public_header(ByteReader& reader) {
  constexpr std::uint8_t kHasVersion = 0x01;
  constexpr std::uint8_t kHasId = 0x08;
  const std::uint8_t flags = reader.u8();
  if ((flags & kHasVersion) == 0 || (flags & kHasId) == 0) return false;
  reader.skip(8);
  const unsigned version = version_number(reader.take(4));
  constexpr std::size_t kNumberSizes[] = {1, 2, 4, 6};
  reader.skip(kNumberSizes[(flags >> 4) & 3]);
  return reader.ok() && version >= 25 && version <= 43;
}

// A byte with the long header's bit, version, a byte with the lengths of both
// ids (each less 3, or 0), the ids, a packet number of 4 bytes.
bool skip_long_header(ByteReader& reader) {
  reader.skip(1);
  const unsigned version = version_number(reader.take(4));
  const unsigned sizes = reader.u8();
  for (const unsigned size : {sizes >> 4, sizes & 15u}) {
    reader.skip(size == 0 ? 0 : size + 3);
  }
  reader.skip(4);
  return reader.ok() && version >= 44 && version <= 46;
}

// Skips to after the tag CHLO, which begins stream 1. The headers before it
// (of the stream frame and, in a second hello, an acknowledgement) changed
// every few versions, so the tag is searched for.
bool skip_to_hello(ByteReader& reader) {
  constexpr std::size_t kMaxSearch = 64;
  for (std::size_t i = 0; i < kMaxSearch && reader.left() >= 4; ++i) {
    if (as_text(reader.rest().first(4)) == "CHLO") {
      reader.skip(4);
      return true;
    }
    reader.skip(1);
  }
  return false;
}

// A message is a table of (tag, end offset of its value), then the values.
HostName read_name(ByteReader table) {
  const std::uint16_t count = table.u16();
  table.skip(2);
  ByteReader values = table;
  values.skip(std::size_t{count} * 8);
  std::uint32_t begin = 0;
  for (unsigned i = 0; i < count; ++i) {
    const std::uint32_t name = table.u32();
    const std::uint32_t end = table.u32();
    if (!table.ok() || !values.ok() || end < begin) return {};
    if (name == tag('S', 'N', 'I', '\0')) {
      values.skip(begin);
      const Bytes value = values.take(end - begin);
      return HostName::from(as_text(value)).value_or(HostName());
    }
    begin = end;
  }
  return {};
}

}  // namespace

std::optional<HostName> read_google_hello(Bytes datagram) noexcept {
  if (datagram.empty()) return std::nullopt;
  ByteReader reader(datagram);
  const bool is_header = (datagram[0] & 0x80) == 0 ? skip_public_header(reader)
                                                   : skip_long_header(reader);
  constexpr std::size_t kHash = 12;
  reader.skip(kHash);
  if (!is_header || !reader.ok() || !skip_to_hello(reader)) return std::nullopt;
  // The message's numbers are little-endian in every version.
  return read_name(ByteReader(reader.rest(), ByteOrder::kLittle));
}

std::string_view google_quic_version(Bytes datagram) {
  const bool has_public_flags = (datagram[0] & 0x80) == 0;
  return as_text(datagram.subspan(has_public_flags ? 9 : 1, 4));
}

}  // namespace flowtell
