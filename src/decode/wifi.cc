// SPDX-License-Identifier: Apache-2.0
#include "decode/wifi.h"

namespace flowtell {
namespace {

constexpr std::size_t kWifiMac = 6;

Station wifi_station(Bytes frame, std::size_t at) {
  if (frame.size() < at + kWifiMac + 2) return 0;
  return station_in(load<std::uint64_t>(frame.data() + at, ByteOrder::kBig));
}

// The source and the destination are among the addresses, by the direction:
// to the distribution system, from it, both (four addresses), or neither.
LinkEnds wifi_ends(Bytes frame, unsigned direction) {
  constexpr std::size_t kFirst = 4;
  constexpr std::size_t kSecond = 10;
  constexpr std::size_t kThird = 16;
  constexpr std::size_t kFourth = 24;
  switch (direction) {
    case 0:
      return {wifi_station(frame, kSecond), wifi_station(frame, kFirst)};
    case 1:
      return {wifi_station(frame, kSecond), wifi_station(frame, kThird)};
    case 2:
      return {wifi_station(frame, kThird), wifi_station(frame, kFirst)};
    default:
      return {wifi_station(frame, kFourth), wifi_station(frame, kThird)};
  }
}

}  // namespace

WifiFrame read_wifi(Bytes frame, WifiPadding padding) noexcept {
  constexpr std::size_t kShortest = 24;
  constexpr unsigned kData = 2;
  constexpr unsigned kWithoutData = 0x40;
  constexpr unsigned kQuality = 0x80;
  constexpr unsigned kProtected = 0x40;
  constexpr unsigned kControl = 0x80;  // in frames with quality of service
  constexpr unsigned kAggregate = 0x80;
  constexpr unsigned kBothWays = 3;
  constexpr std::size_t kSubframe = 14;  // destination, source, length
  ByteReader reader(frame);
  const unsigned kind = reader.u8();
  const unsigned flags = reader.u8();
  if (!reader.ok()) return {FrameOutcome::kCutShort};
  if ((kind & 3) != 0) return {FrameOutcome::kMalformed};
  if ((kind >> 2 & 3) != kData || (kind & kWithoutData) != 0 ||
      (flags & kProtected) != 0) {
    return {FrameOutcome::kNotIp};
  }
  reader.skip(kShortest - 3);
  reader.skip(1);
  const unsigned direction = flags & kBothWays;
  if (direction == kBothWays) reader.skip(kWifiMac);
  bool is_aggregate = false;
  if ((kind & kQuality) != 0) {
    is_aggregate = (reader.u8() & kAggregate) != 0;
    reader.skip(1);
    if ((flags & kControl) != 0) reader.skip(4);
  }
  if (padding == WifiPadding::kToFour) {
    reader.skip((4 - reader.position() % 4) % 4);
  }
  const std::size_t header = reader.position();
  if (!reader.ok()) return {FrameOutcome::kCutShort};
  // The low half byte of the sequence control counts the fragments.
  if ((frame[22] & 0x0f) != 0) return {FrameOutcome::kFragmentWithoutPorts};
  WifiFrame found{FrameOutcome::kUsed, header, wifi_ends(frame, direction)};
  if (!is_aggregate) return found;
  reader.skip(kSubframe);
  if (!reader.ok()) return {FrameOutcome::kCutShort};
  found.header = reader.position();
  found.ends = {wifi_station(frame, header + kWifiMac),
                wifi_station(frame, header)};
  return found;
}

WifiPreamble read_radiotap(Bytes frame) noexcept {
  constexpr std::uint32_t kMoreWords = 0x80000000;
  constexpr std::uint32_t kTime = 1;
  constexpr std::uint32_t kFlags = 2;
  constexpr std::uint8_t kPadded = 0x20;
  ByteReader reader(frame, ByteOrder::kLittle);
  const std::uint8_t version = reader.u8();
  reader.skip(1);
  const std::size_t size = reader.u16();
  const std::uint32_t present = reader.u32();
  for (std::uint32_t word = present; (word & kMoreWords) != 0;) {
    word = reader.u32();
  }
  if (!reader.ok() || version != 0 || size < reader.position() ||
      size > frame.size()) {
    return {};
  }
  if ((present & kFlags) == 0) return {size, WifiPadding::kNone};
  if ((present & kTime) != 0) {
    reader.skip((8 - reader.position() % 8) % 8);  // fields are aligned
    reader.skip(8);
  }
  const bool is_padded = (reader.u8() & kPadded) != 0;
  return {size, is_padded ? WifiPadding::kToFour : WifiPadding::kNone};
}

WifiPreamble read_prism_or_avs(Bytes frame) noexcept {
  constexpr std::uint32_t kAvs = 0x80211000;  // the low byte is the version
  constexpr std::size_t kPrism = 144;
  constexpr std::size_t kShortest = 8;
  ByteReader reader(frame);
  const std::uint32_t magic = reader.u32();
  std::size_t size = reader.u32();
  if (!reader.ok()) return {};
  if ((magic & 0xfffffff0) != kAvs) size = kPrism;
  return {size < kShortest || size > frame.size() ? 0 : size};
}

}  // namespace flowtell
