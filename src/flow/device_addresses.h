// SPDX-License-Identifier: Apache-2.0
//
// The addresses of each device. A phone has an IPv4 address and several of
// IPv6 (link-local, stable, temporary); frames from the same MAC on the LAN's
// link tell that they are one device. It is named after the address that was
// seen first.
//
// Only frames up to the current one decide, so a live result equals one from a
// file, and the device of an address in the LAN never changes. Only sources in
// the LAN teach a MAC. A router, access point or proxy has one MAC for many
// hosts, so no address joins a device by a MAC that
//
// - sent for two IPv4 addresses, two link-local ones, or kMaxAddresses of IPv6;
// - sent for an address of another MAC, or for IPv4 from outside the LAN;
// - received for a host outside the LAN that joined no device.
//
// An IPv6 address outside the LAN's ranges (a global one) joins as the device
// of a new pair, if its MAC has a device in the LAN; if it sent the packet, its
// hop limit must be one that no router decremented. IPv4 addresses never join
// each other.
//
// Bounded: beyond `max_size` addresses or MACs, the one known longest is
// forgotten. One thread at a time. Cost: O(1); a hash and a comparison for each
// further packet of the same source, a comparison for each of a router.
#pragma once

#include <array>
#include <cstdint>

#include "base/hash_index.h"
#include "base/pool.h"
#include "base/recency_list.h"
#include "decode/packet.h"
#include "flow/lan.h"

namespace flowtell {

class DeviceAddresses {
 public:
  static constexpr std::size_t kMaxSize = 65'536;
  // IPv6 addresses of a device: a week of temporary ones in two networks
  // (RFC 8981, 3.8), and the stable ones.
  static constexpr std::uint32_t kMaxAddresses = 18;

  explicit DeviceAddresses(const Lan& lan, std::size_t max_size = kMaxSize)
      : lan_(lan),
        max_size_(max_size),
        by_age_(hosts_),
        stations_by_age_(stations_) {}
  DeviceAddresses(const DeviceAddresses&) = delete;
  DeviceAddresses& operator=(const DeviceAddresses&) = delete;

  // Learns from a packet's source. Called for every packet, before device_of.
  // Returns the source's MAC if it is the source's own, as far as is known; 0
  // if several hosts share it.
  Station note(const Packet& packet) {
    const Station mac = packet.source_station;
    if (mac == last_shared_) return 0;
    const std::uint64_t mark = mark_of(packet) | kSharedMark;
    const auto at = static_cast<std::size_t>((mark >> 1) % noted_.size());
    if ((noted_[at] | kSharedMark) == mark) {
      return noted_[at] == mark ? 0 : mac;
    }
    learn(packet);
    const bool is_shared = mac == last_shared_;
    noted_[at] = is_shared ? mark : mark ^ kSharedMark;
    return is_shared ? 0 : mac;
  }

  // The device of one end of the packet, by its first address. `end` is the
  // end that the pair's rule chose (pair_table.h), at the pair's first packet;
  // for an address in the LAN, at any packet.
  Address device_of(const Address& end, const Packet& packet);

  std::size_t memory() const;

 private:
  // An address that was assigned to a device.
  struct Host {
    Address address;
    Address device;
    Station station = 0;  // that it was seen to send from
    RecencyLinks recency;
  };
  struct StationState {
    Station mac = 0;
    Address device;  // the first of its addresses
    Address v4;      // none: all 0, as below
    Address link_local;
    std::uint32_t v6_addresses = 0;
    bool is_shared = false;  // by several hosts
    RecencyLinks recency;

    bool has_device() const { return device != Address(); }
  };

  // The bit of a mark that is set if the source's MAC is shared.
  static constexpr std::uint64_t kSharedMark = 1;
  static std::uint64_t mark_of(const Packet& packet);
  void share(StationState& station);
  void learn(const Packet& packet);
  Address device_of_global(const Address& end, Station mac,
                           const Packet& packet);
  void add_host(const Address& address, Station mac);
  Address join(const Address& address, StationState& station);
  std::uint32_t find_host(const Address& address) const;
  // A new host, alone.
  std::uint32_t take_host(const Address& address, Station mac);
  StationState* find_station(Station mac);
  StationState& find_or_add_station(Station mac);
  // After an eviction, its sources teach again, and so they do when a MAC turns
  // out to be shared.
  void forget_recent();

  Lan lan_;
  std::size_t max_size_;
  Pool<Host> hosts_;
  HashIndex host_index_;
  RecencyList<Host> by_age_;
  Pool<StationState> stations_;
  HashIndex station_index_;
  RecencyList<StationState> stations_by_age_;
  std::array<std::uint64_t, 512> noted_{};  // sources of recent packets
  Station last_shared_ = 0;  // teaches no more; mostly a router's
};

}  // namespace flowtell
