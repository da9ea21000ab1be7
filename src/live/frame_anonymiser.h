// SPDX-License-Identifier: Apache-2.0
//
// Anonymises frames for publication. It keeps the headers of TCP and UDP
// packets, with both addresses replaced (decode/anonymiser.h), and no content,
// not even server names. Other frames are left out: ARP, DHCP and ICMP carry
// addresses in their content and are useless for training.
//
// Header fields that may identify a device or an address are cleared. IP and
// TCP options (timestamps, routes, multipath TCP addresses) become padding. The
// TCP and UDP checksums, which would confirm guesses of the content, become 0.
// Lengths, times, ports, flags and sequence numbers stay, so flows and their
// features are unchanged.
//
// Allocates nothing per frame. One thread at a time.
#pragma once

#include <optional>
#include <vector>

#include "capture/frame_source.h"
#include "decode/anonymiser.h"
#include "decode/decoder.h"

namespace flowtell {

class FrameAnonymiser {
 public:
  // Whether the address positions in this link type's header are known.
  static bool knows(LinkType link);

  explicit FrameAnonymiser(const AnonymiserKey& key) : anonymiser_(key) {}

  // The anonymised frame, valid until the next call; empty if it is to be left
  // out. REQUIRES: the link type is supported.
  std::optional<Bytes> kept(const Frame& frame);

 private:
  using Part = std::span<std::uint8_t>;

  void rewrite_link(LinkType link, Part header);
  void rewrite_mac(Part header, std::size_t at);
  std::optional<std::size_t> rewrite_v4(Part datagram);
  std::optional<std::size_t> rewrite_v6(Part datagram);
  void rewrite_address(Part header, std::size_t at, std::size_t size);

  Decoder decoder_{TunnelView::kOuter};
  Anonymiser anonymiser_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace flowtell
