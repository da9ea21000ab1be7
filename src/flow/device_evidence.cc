// SPDX-License-Identifier: Apache-2.0
#include "flow/device_evidence.h"

#include <bit>

namespace flowtell {
namespace {

// An end is told from the other if it has at least so many others, and more
// than twice as many.
constexpr int kMany = 3;

// Every bit of the result depends on every bit of the value (MurmurHash3's
// final mix).
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 33)) * 0xff51afd7ed558ccd;
  value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53;
  return value ^ (value >> 33);
}

// Not keyed: equal hashes of different addresses only weaken the evidence.
std::uint64_t hash_address(const Address& address) {
  const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(address.bytes);
  return mix(mix(words[0]) ^ words[1]);
}

std::uint64_t hash_station(Station station) { return mix(station); }

// One host's: no group's, no broadcast, not 0.0.0.0 or ::.
bool is_host(const Address& address) {
  if (address.is_v4()) {
    return address.bytes[12] != 0 && address.bytes[12] < 224;
  }
  return address.bytes[0] != 0 && address.bytes[0] != 0xff;
}

std::uint64_t bit_of(std::uint64_t hash) {
  return std::uint64_t{1} << ((hash >> 40) & 63);
}

bool is_many(int one, int other) { return one >= kMany && one > 2 * other; }

}  // namespace

DeviceEnd DeviceEvidence::end_of(const Packet& packet) const {
  if (addresses_.empty() || !is_host(packet.source) ||
      !is_host(packet.destination)) {
    return DeviceEnd::kUnknown;
  }
  const Entry* const source = find(addresses_, hash_address(packet.source));
  const Entry* const destination =
      find(addresses_, hash_address(packet.destination));
  const bool is_source_local = source != nullptr && source->is_local;
  const bool is_destination_local =
      destination != nullptr && destination->is_local;
  if (is_source_local != is_destination_local) {
    return is_source_local ? DeviceEnd::kSource : DeviceEnd::kDestination;
  }
  const auto count = [](const Entry* entry) {
    return entry == nullptr ? 0 : std::popcount(entry->others);
  };
  const auto behind = [&](Station station) {
    return station == 0 ? 0 : count(find(stations_, hash_station(station)));
  };
  const int of_source = behind(packet.source_station);
  const int of_destination = behind(packet.destination_station);
  if (packet.source_station != 0 && packet.destination_station != 0) {
    if (is_many(of_destination, of_source)) return DeviceEnd::kSource;
    if (is_many(of_source, of_destination)) return DeviceEnd::kDestination;
  }
  if (is_many(count(source), count(destination))) return DeviceEnd::kSource;
  if (is_many(count(destination), count(source))) {
    return DeviceEnd::kDestination;
  }
  return DeviceEnd::kUnknown;
}

void DeviceEvidence::note_pair(const Packet& packet) {
  if (!is_host(packet.source) || !is_host(packet.destination)) return;
  if (addresses_.empty()) {
    addresses_.resize(kAddresses);
    stations_.resize(kStations);
  }
  const std::uint64_t source = hash_address(packet.source);
  const std::uint64_t destination = hash_address(packet.destination);
  take(addresses_, source).others |= bit_of(destination);
  take(addresses_, destination).others |= bit_of(source);
  const auto put_behind = [&](Station station, std::uint64_t address) {
    if (station == 0) return;
    take(stations_, hash_station(station)).others |= bit_of(address);
  };
  put_behind(packet.source_station, source);
  put_behind(packet.destination_station, destination);
}

// The address offered is in a fixed place (RFC 2131, 2).
void DeviceEvidence::learn_offer(const Packet& packet) {
  constexpr Port kDhcpServer = 67;
  constexpr std::uint8_t kReply = 2;
  constexpr std::size_t kYourAddress = 16;
  const Bytes payload = packet.payload;
  if (packet.protocol != Protocol::kUdp || packet.source_port != kDhcpServer ||
      payload.size() < kYourAddress + 4 || payload[0] != kReply) {
    return;
  }
  const Address offered = Address::v4(payload.subspan(kYourAddress, 4));
  if (!is_host(offered)) return;
  if (addresses_.empty()) {
    addresses_.resize(kAddresses);
    stations_.resize(kStations);
  }
  take(addresses_, hash_address(offered)).is_local = true;
}

const DeviceEvidence::Entry* DeviceEvidence::find(
    const std::vector<Entry>& table, std::uint64_t key) {
  const Entry& entry = table[static_cast<std::size_t>(key % table.size())];
  return entry.key == key ? &entry : nullptr;
}

DeviceEvidence::Entry& DeviceEvidence::take(std::vector<Entry>& table,
                                            std::uint64_t key) {
  Entry& entry = table[static_cast<std::size_t>(key % table.size())];
  if (entry.key != key) entry = {.key = key};
  return entry;
}

}  // namespace flowtell
