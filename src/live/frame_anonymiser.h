// SPDX-License-Identifier: Apache-2.0
//
// Frames as they may be given away: of each TCP and UDP packet the headers,
// with stand-ins for both ends' addresses (decode/anonymiser.h), and not a byte
// of content, names of servers included. All other frames are left out: ARP,
// DHCP and ICMP tell addresses in what would be their content, and teach
// nothing.
//
// What else could tell a device or an address in the headers goes too: options
// of IP and TCP (clocks, routes, the addresses of multipath TCP) become
// padding, and the checksum of TCP and UDP, by which guesses at the content
// could be tried, becomes 0. Lengths, times, ports, flags and sequence numbers
// stay, so that flows and their features are the same.
//
// Nothing is allocated for a frame. One thread at a time.
#pragma once

#include <optional>
#include <vector>

#include "capture/frame_source.h"
#include "decode/anonymiser.h"
#include "decode/decoder.h"

namespace flowtell {

class FrameAnonymiser {
 public:
  // Whether it knows where addresses stand in such a link's headers.
  static bool knows(LinkType link);

  explicit FrameAnonymiser(const AnonymiserKey& key) : anonymiser_(key) {}

  // What is kept of the frame, valid until the next call; nothing where it is
  // to be left out. REQUIRES: a link that it knows.
  std::optional<Bytes> kept(const Frame& frame);

 private:
  using Part = std::span<std::uint8_t>;

  void rewrite_link(LinkType link, Part header);
  void rewrite_mac(Part header, std::size_t at);
  std::optional<std::size_t> rewrite_v4(Part datagram);
  std::optional<std::size_t> rewrite_v6(Part datagram);
  void rewrite_address(Part header, std::size_t at, std::size_t size);

  Decoder decoder_;
  Anonymiser anonymiser_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace flowtell
