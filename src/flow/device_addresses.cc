// SPDX-License-Identifier: Apache-2.0
#include "flow/device_addresses.h"

#include <bit>

#include "base/hash.h"

namespace flowtell {
namespace {

bool is_link_local(const Address& address) {
  if (address.is_v4()) {
    return address.bytes[12] == 169 && address.bytes[13] == 254;
  }
  return address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0x80;
}

// 0.0.0.0, as in DHCP, is no host.
bool is_v4_host(const Address& address) {
  return address.is_v4() && address.bytes[12] != 0;
}

bool is_v6_group(const Address& address) { return address.bytes[0] == 0xff; }

// Systems start with one of these; each router subtracts 1.
bool is_from_link(const Packet& packet) {
  return packet.hop_limit == 64 || packet.hop_limit == 128 ||
         packet.hop_limit == 255;
}

}  // namespace

// Not keyed: equal marks of different sources would only delay what is learned.
std::uint64_t DeviceAddresses::mark_of(const Packet& packet) {
  const auto words =
      std::bit_cast<std::array<std::uint64_t, 2>>(packet.source.bytes);
  std::uint64_t mark = packet.source_station * 0x9e3779b97f4a7c15;
  mark = (mark ^ words[0]) * 0xff51afd7ed558ccd;
  mark = (mark ^ (mark >> 32) ^ words[1]) * 0xc4ceb9fe1a85ec53;
  return mark ^ (mark >> 29);
}

void DeviceAddresses::learn(const Packet& packet) {
  const Station mac = packet.source_station;
  if (mac == 0) return;
  if (!lan_.contains(packet.source)) {
    if (is_v4_host(packet.source)) share(find_or_add_station(mac));
  } else if (const std::uint32_t at = find_host(packet.source);
             at == kNoPosition) {
    add_host(packet.source, mac);
  } else if (hosts_[at].station == 0) {
    // Until now it only received.
    Host& host = hosts_[at];
    StationState& station = find_or_add_station(mac);
    host.station = mac;
    if (host.address.is_v4() && station.v4 == Address()) {
      station.v4 = host.address;
    }
    if (!station.has_device()) station.device = host.device;
  } else if (hosts_[at].station != mac) {
    share(find_or_add_station(mac));
  }
  const StationState* const station = find_station(mac);
  if (station != nullptr && station->is_shared) last_shared_ = mac;
}

Address DeviceAddresses::device_of(const Address& end, const Packet& packet) {
  const Station mac =
      end == packet.source ? packet.source_station : packet.destination_station;
  const std::uint32_t known = find_host(end);
  if (known != kNoPosition) return hosts_[known].device;
  if (!lan_.contains(end)) {
    return end.is_v4() ? end : device_of_global(end, mac, packet);
  }
  // It has not sent yet, or on a link without MACs; `learn` adds the others.
  const std::uint32_t at = take_host(end, 0);
  StationState* const station = mac == 0 ? nullptr : find_station(mac);
  if (!end.is_v4() && station != nullptr && station->has_device()) {
    hosts_[at].device = join(end, *station);
  }
  return hosts_[at].device;
}

// REQUIRES: an IPv6 address outside the LAN, of no known device.
Address DeviceAddresses::device_of_global(const Address& end, Station mac,
                                          const Packet& packet) {
  const bool is_source = end == packet.source;
  const Address& other = is_source ? packet.destination : packet.source;
  const Station other_mac =
      is_source ? packet.destination_station : packet.source_station;
  Address device = end;
  StationState* const station = mac == 0 ? nullptr : find_station(mac);
  if (station != nullptr && station->has_device() &&
      (!is_source || is_from_link(packet))) {
    device = join(end, *station);
    if (device != end) hosts_[take_host(end, mac)].device = device;
  }
  if (other_mac != 0 && !other.is_v4() && !is_v6_group(other) &&
      !lan_.contains(other) && find_host(other) == kNoPosition) {
    share(find_or_add_station(other_mac));
  }
  return device;
}

void DeviceAddresses::add_host(const Address& address, Station mac) {
  const std::uint32_t at = take_host(address, mac);
  hosts_[at].device = join(address, find_or_add_station(mac));
}

// The device that an address joins by its station: the station's, which the
// address begins if there is none; or the address itself, alone.
Address DeviceAddresses::join(const Address& address, StationState& station) {
  const bool is_v4 = address.is_v4();
  if (is_v4 && is_link_local(address)) return address;  // before DHCP's
  const auto claim = [&](Address& place) {
    if (place == Address()) place = address;
    if (place != address) share(station);
  };
  if (is_v4) {
    claim(station.v4);
  } else {
    if (is_link_local(address)) claim(station.link_local);
    if (++station.v6_addresses > kMaxAddresses) share(station);
  }
  if (station.is_shared) return address;
  if (!station.has_device()) station.device = address;
  return station.device;
}

void DeviceAddresses::share(StationState& station) {
  if (station.is_shared) return;
  station.is_shared = true;
  noted_.fill(0);
}

std::uint32_t DeviceAddresses::find_host(const Address& address) const {
  return host_index_.find(keyed_hash(address), [&](std::uint32_t at) {
    return hosts_[at].address == address;
  });
}

std::uint32_t DeviceAddresses::take_host(const Address& address, Station mac) {
  if (hosts_.size() >= max_size_) {
    const std::uint32_t oldest = by_age_.oldest();
    host_index_.erase(keyed_hash(hosts_[oldest].address), oldest);
    by_age_.remove(oldest);
    hosts_.release(oldest);
    forget_recent();
  }
  const std::uint32_t at = hosts_.take();
  hosts_[at].address = hosts_[at].device = address;
  hosts_[at].station = mac;
  host_index_.insert(keyed_hash(address), at);
  by_age_.add(at);
  return at;
}

DeviceAddresses::StationState* DeviceAddresses::find_station(Station mac) {
  const std::uint32_t at = station_index_.find(
      keyed_hash(mac),
      [&](std::uint32_t each) { return stations_[each].mac == mac; });
  return at == kNoPosition ? nullptr : &stations_[at];
}

DeviceAddresses::StationState& DeviceAddresses::find_or_add_station(
    Station mac) {
  if (StationState* const known = find_station(mac)) return *known;
  if (stations_.size() >= max_size_) {
    const std::uint32_t oldest = stations_by_age_.oldest();
    station_index_.erase(keyed_hash(stations_[oldest].mac), oldest);
    stations_by_age_.remove(oldest);
    stations_.release(oldest);
    forget_recent();
  }
  const std::uint32_t at = stations_.take();
  stations_[at].mac = mac;
  station_index_.insert(keyed_hash(mac), at);
  stations_by_age_.add(at);
  return stations_[at];
}

void DeviceAddresses::forget_recent() {
  noted_.fill(0);
  last_shared_ = 0;
}

std::size_t DeviceAddresses::memory() const {
  return hosts_.memory() + host_index_.memory() + stations_.memory() +
         station_index_.memory();
}

}  // namespace flowtell
