// SPDX-License-Identifier: Apache-2.0
#include "decode/quic_header.h"

#include <fmt/format.h>

#include <algorithm>

namespace flowtell {
namespace {

constexpr std::size_t kMaxIdSize = 20;

// Checks the long header bit, the fixed bit, and the Initial packet type.
bool is_initial(std::uint8_t first, QuicVersion version) {
  return (first & 0xf0) == (version == QuicVersion::k2 ? 0xd0 : 0xc0);
}

}  // namespace

std::string quic_version_text(QuicVersion version) {
  const auto number = static_cast<std::uint32_t>(version);
  if (version == QuicVersion::k1) return "1";
  if (version == QuicVersion::k2) return "2";
  if (number >> 8 == 0xff0000) return fmt::format("draft-{}", number & 0xff);
  if (number >> 8 == 0xfaceb0) return fmt::format("mvfst-{:08x}", number);
  return fmt::format("0x{:08x}", number);
}

QuicProtection protection_of(QuicVersion version) {
  using enum QuicVersion;
  if (version == k1) return QuicProtection::k1;
  if (version == k2) return QuicProtection::k2;
  if (version >= kDraft22 && version <= kDraft34) {
    if (version >= kDraft33) return QuicProtection::k1;
    if (version >= kDraft29) return QuicProtection::kDraft29;
    return version >= kDraft23 ? QuicProtection::kDraft23
                               : QuicProtection::kDraft22;
  }
  if (version >= kMvfst22 && version <= kMvfstLast) {
    if (version == kMvfst22) return QuicProtection::kDraft22;
    if (version == kMvfst1 || version == kMvfst1b) return QuicProtection::k1;
    return QuicProtection::kDraft23;
  }
  return QuicProtection::kNone;
}

std::optional<QuicInitial> read_quic_initial(Bytes bytes,
                                             std::size_t length) noexcept {
  ByteReader reader(bytes);
  QuicInitial initial{};
  const std::uint8_t first = reader.u8();
  initial.version = static_cast<QuicVersion>(reader.u32());
  if (!reader.ok() || protection_of(initial.version) == QuicProtection::kNone ||
      !is_initial(first, initial.version)) {
    return std::nullopt;
  }
  initial.destination_id = reader.take(reader.u8());
  reader.skip(reader.u8());               // source
  reader.skip(read_quic_varint(reader));  // token
  const std::uint64_t size = read_quic_varint(reader);
  initial.number_at = reader.position();
  if (!reader.ok() || initial.destination_id.size() > kMaxIdSize ||
      size > std::max(length, bytes.size()) - initial.number_at) {
    return std::nullopt;
  }
  initial.end = initial.number_at + static_cast<std::size_t>(size);
  initial.packet = bytes.first(std::min(initial.end, bytes.size()));
  return initial;
}

}  // namespace flowtell
