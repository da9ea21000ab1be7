// SPDX-License-Identifier: Apache-2.0
//
// What earlier frames showed about which end of a pair is the device, where no
// end is in the LAN: phones with public IPv4 or global IPv6 addresses.
//
// - A DHCP server offered the address.
// - The other end is behind a station (a MAC address) that carries many
//   addresses, as a router's; this end's carries few.
// - The address was in pairs with many others, and the other end's with few.
//
// Learns from DHCP offers and the first packet of each such pair, after the
// pair was decided. Bounded: tables of fixed size, in which a later address or
// station may displace an earlier one. One thread at a time. Cost: O(1) per
// pair.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "decode/packet.h"

namespace flowtell {

class DeviceEvidence {
 public:
  // The device's end of the packet; kUnknown if nothing tells them apart.
  DeviceEnd end_of(const Packet& packet) const;

  // For every packet: reads DHCP offers.
  void note_offer(const Packet& packet) {
    if (packet.destination_port == kDhcpClient) learn_offer(packet);
  }

  // For the first packet of each pair without an end in the LAN.
  void note_pair(const Packet& packet);

 private:
  static constexpr Port kDhcpClient = 68;
  static constexpr std::size_t kAddresses = 4096;
  static constexpr std::size_t kStations = 256;

  // Of an address: those in pairs with it. Of a station: those behind it. A set
  // of 64 bits, one for each hash, tells few from many.
  struct Entry {
    std::uint64_t key = 0;
    std::uint64_t others = 0;
    bool is_local = false;  // offered by DHCP
  };

  void learn_offer(const Packet& packet);
  static const Entry* find(const std::vector<Entry>& table, std::uint64_t key);
  static Entry& take(std::vector<Entry>& table, std::uint64_t key);

  std::vector<Entry> addresses_;  // both empty until the first pair
  std::vector<Entry> stations_;
};

}  // namespace flowtell
