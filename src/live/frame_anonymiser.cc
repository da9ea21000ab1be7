// SPDX-License-Identifier: Apache-2.0
#include "live/frame_anonymiser.h"

#include <algorithm>

#include "base/checksum.h"
#include "decode/link_layer.h"

namespace flowtell {
namespace {

using Part = std::span<std::uint8_t>;

constexpr std::size_t kTcp = static_cast<std::size_t>(Protocol::kTcp);
constexpr std::size_t kUdp = static_cast<std::size_t>(Protocol::kUdp);

// The longest headers that are kept: link with tags, IP and TCP with all
// options.
constexpr std::size_t kMaxHeaders = 64 + 60 + 60;

constexpr std::size_t kV4Header = 20;
constexpr std::size_t kV6Header = 40;
constexpr std::size_t kFragmentHeader = 8;
constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kTcpHeader = 20;

std::uint16_t u16(Part bytes, std::size_t at) {
  return load<std::uint16_t>(&bytes[at], ByteOrder::kBig);
}

void put_u16(Part bytes, std::size_t at, unsigned value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

// Pads the captured part of the transport header and returns its length.
std::size_t clear_transport(std::size_t protocol, Part header) {
  constexpr std::size_t kUdpChecksum = 6;
  constexpr std::size_t kTcpChecksum = 16;
  constexpr std::size_t kTcpOffset = 12;
  constexpr std::uint8_t kNoOperation = 1;  // RFC 9293, section 3.2
  const std::size_t checksum_at =
      protocol == kUdp ? kUdpChecksum : kTcpChecksum;
  std::size_t size = protocol == kUdp ? kUdpHeader : kTcpHeader;
  if (protocol == kTcp && header.size() > kTcpOffset) {
    size =
        std::max<std::size_t>(size, header[kTcpOffset] / 16 * std::size_t{4});
  }
  size = std::min(size, header.size());
  for (std::size_t at = checksum_at; at < checksum_at + 2 && at < size; ++at) {
    header[at] = 0;
  }
  for (std::size_t at = kTcpHeader; at < size; ++at) header[at] = kNoOperation;
  return size;
}

}  // namespace

bool FrameAnonymiser::knows(LinkType link) {
  switch (link) {
    case LinkType::kEthernet:
    case LinkType::kRaw:
    case LinkType::kRawOpenBsd:
    case LinkType::kIpv4:
    case LinkType::kIpv6:
    case LinkType::kLinuxSll:
    case LinkType::kLinuxSll2:
      return true;
    default:
      return false;
  }
}

std::optional<Bytes> FrameAnonymiser::kept(const Frame& frame) {
  Packet packet;
  if (decoder_.decode(frame, packet) != FrameOutcome::kUsed)
    return std::nullopt;
  const LinkPayload link = find_datagram(frame.link, frame.bytes);
  if (!link.is_tagged_only) return std::nullopt;
  const Bytes datagram = link.datagram;
  const auto link_size =
      static_cast<std::size_t>(datagram.data() - frame.bytes.data());
  const Bytes front =
      frame.bytes.first(std::min(frame.bytes.size(), kMaxHeaders));
  if (link_size >= front.size()) return std::nullopt;
  bytes_.assign(front.begin(), front.end());
  const Part all = bytes_;
  rewrite_link(frame.link, all.first(link_size));
  const Part inner = all.subspan(link_size);
  const auto size = inner[0] >> 4 == 4 ? rewrite_v4(inner) : rewrite_v6(inner);
  if (!size) return std::nullopt;
  return Bytes(bytes_).first(link_size + *size);
}

void FrameAnonymiser::rewrite_link(LinkType link, Part header) {
  // https://www.tcpdump.org/linktypes.html
  constexpr std::size_t kMac = 6;
  if (link == LinkType::kEthernet) {
    rewrite_mac(header, 0);
    rewrite_mac(header, kMac);
  } else if (link == LinkType::kLinuxSll) {
    rewrite_mac(header, 6);
    header[12] = header[13] = 0;  // the rest of longer addresses
  } else if (link == LinkType::kLinuxSll2) {
    rewrite_mac(header, 12);
    header[18] = header[19] = 0;
  }
}

// REQUIRES: the header holds it, as find_datagram checks.
void FrameAnonymiser::rewrite_mac(Part header, std::size_t at) {
  Anonymiser::Mac mac;
  std::copy_n(&header[at], mac.size(), mac.begin());
  mac = anonymiser_.mac(mac);
  std::ranges::copy(mac, &header[at]);
}

void FrameAnonymiser::rewrite_address(Part header, std::size_t at,
                                      std::size_t size) {
  const Bytes from = header.subspan(at, size);
  const Address to =
      anonymiser_.address(size == 4 ? Address::v4(from) : Address::v6(from));
  std::copy(to.bytes.end() - static_cast<std::ptrdiff_t>(size), to.bytes.end(),
            &header[at]);
}

// RFC 791.
std::optional<std::size_t> FrameAnonymiser::rewrite_v4(Part datagram) {
  constexpr unsigned kOffset = 0x1fff;
  if (datagram.size() < kV4Header) return std::nullopt;
  const std::size_t size = (datagram[0] & 0x0fu) * std::size_t{4};
  if (size < kV4Header || size > datagram.size()) return std::nullopt;
  const Part header = datagram.first(size);
  rewrite_address(header, 12, 4);
  rewrite_address(header, 16, 4);
  std::ranges::fill(header.subspan(kV4Header), std::uint8_t{0});
  put_u16(header, 10, 0);
  put_u16(header, 10, internet_checksum(header));
  if ((u16(header, 6) & kOffset) != 0) return size;
  return size + clear_transport(header[9], datagram.subspan(size));
}

// RFC 8200. Packets with extension headers other than Fragment are left out:
// these may hold addresses and are rare before TCP and UDP.
std::optional<std::size_t> FrameAnonymiser::rewrite_v6(Part datagram) {
  constexpr std::uint8_t kFragment = 44;
  constexpr unsigned kOffset = 0xfff8;
  if (datagram.size() < kV6Header) return std::nullopt;
  std::size_t size = kV6Header;
  std::size_t protocol = datagram[6];
  bool is_later_fragment = false;
  if (protocol == kFragment) {
    if (datagram.size() < kV6Header + kFragmentHeader) return std::nullopt;
    protocol = datagram[kV6Header];
    is_later_fragment = (u16(datagram, kV6Header + 2) & kOffset) != 0;
    size += kFragmentHeader;
  }
  if (protocol != kTcp && protocol != kUdp) return std::nullopt;
  rewrite_address(datagram, 8, 16);
  rewrite_address(datagram, 24, 16);
  if (is_later_fragment) return size;
  return size + clear_transport(protocol, datagram.subspan(size));
}

}  // namespace flowtell
