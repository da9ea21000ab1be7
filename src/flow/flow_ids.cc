// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_ids.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/byte_writer.h"
#include "base/checksum.h"
#include "base/hash.h"

namespace flowtell {
namespace {

struct Endpoint {
  Address address;
  Port port;

  bool operator<(const Endpoint& other) const {
    return std::tie(address, port) < std::tie(other.address, other.port);
  }
};

// Independent of which end is the device. The order of two addresses of version
// 4 in 16 bytes is that in 4, as Community ID wants it.
std::pair<Endpoint, Endpoint> ordered_ends(const Flow& flow) {
  Endpoint low{flow.device_address, flow.device_port};
  Endpoint high{flow.remote, flow.remote_port};
  if (high < low) std::swap(low, high);
  return {low, high};
}

}  // namespace

std::string flow_id(const Flow& flow) {
  return flow_id_text(flow_id_bytes(flow));
}

FlowIdBytes flow_id_bytes(const Flow& flow) {
  const auto [low, high] = ordered_ends(flow);
  ByteWriter key;
  for (const Endpoint& end : {low, high}) {
    for (const std::uint8_t byte : end.address.bytes) key.u8(byte);
    key.u16(end.port);
  }
  key.u8(static_cast<std::uint8_t>(flow.protocol));
  key.u64(static_cast<std::uint64_t>(flow.first.time_since_epoch().count()));
  const auto hash = fixed_hash_128(key.bytes());
  FlowIdBytes bytes;
  std::copy_n(hash.begin(), bytes.size(), bytes.begin());
  return bytes;
}

std::string flow_id_text(const FlowIdBytes& bytes) { return hex(bytes); }

std::string station_text(Station station) {
  if (station == 0) return "";
  std::string text;
  for (int shift = 40; shift >= 0; shift -= 8) {
    const auto byte = static_cast<std::uint8_t>(station >> shift);
    text += hex(std::array{byte});
    if (shift > 0) text += ':';
  }
  return text;
}

std::string community_id(const Flow& flow) {
  constexpr std::size_t kV4At = 12;
  std::array<std::uint8_t, 40> key{};  // begins with the seed, 0
  std::size_t size = 2;
  const auto put = [&](Bytes bytes) {
    std::ranges::copy(bytes, key.begin() + static_cast<std::ptrdiff_t>(size));
    size += bytes.size();
  };
  const auto [low, high] = ordered_ends(flow);
  for (const Endpoint& end : {low, high}) {
    const Bytes address(end.address.bytes);
    put(end.address.is_v4() ? address.subspan(kV4At) : address);
  }
  key[size] = static_cast<std::uint8_t>(flow.protocol);
  size += 2;  // and a byte of padding
  for (const Endpoint& end : {low, high}) {
    put(std::array{static_cast<std::uint8_t>(end.port >> 8),
                   static_cast<std::uint8_t>(end.port)});
  }
  return "1:" + base64(sha1(Bytes(key).first(size)));
}

}  // namespace flowtell
