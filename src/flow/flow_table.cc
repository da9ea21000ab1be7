// SPDX-License-Identifier: Apache-2.0
#include "flow/flow_table.h"

#include <algorithm>

#include "base/hash.h"

namespace flowtell {
namespace {

constexpr std::uint64_t kPacketsPerFlow = 16;     // stored, on average
constexpr std::size_t kLargeShareDivisor = 1000;  // a thousandth is large

}  // namespace

FlowTable::FlowTable(FlowOptions options, FlowSink& sink,
                     const OwnerTable* owners)
    : options_(std::move(options)),
      sink_(sink),
      pairs_(options_.lan),
      addresses_(options_.lan),
      open_bursts_(devices_),
      bursts_by_age_(devices_),
      owners_(owners) {
  options_.max_flows = std::max<std::size_t>(options_.max_flows, 1);
  if (options_.names) {
    names_.emplace(options_.hello ? HelloUse::kNameAndFacts : HelloUse::kName);
  }
  if (options_.early_silence > Duration{}) {
    ends_.emplace(options_.early_silence);
  }
}

std::uint32_t FlowTable::add(const Packet& packet) {
  if (is_to_dhcp_server(packet)) {
    if (const auto name = find_dhcp_name(packet)) learn(*name, packet.time);
  }
  const Station station = addresses_.note(packet);
  pairs_.note(packet);
  return add(packet, nullptr, station);
}

std::uint32_t FlowTable::add(const Packet& packet, const Address* device,
                             Station station) {
  end_before(packet.time);
  forget_silent_pairs(packet.time);
  const PairTable::Found found = pairs_.find_or_add(packet);
  if (found.is_new) {
    const Address& end = pairs_[found.position].device_address();
    set_device(found.position,
               device != nullptr ? *device : addresses_.device_of(end, packet));
  }
  const std::uint32_t position = pairs_[found.position].device;
  make_room(found.position);
  join_burst(position, packet.time);
  if (found.direction == Direction::kSent) devices_[position].station = station;

  const std::uint32_t flow_position = find_or_add_flow(found.position);
  OpenFlow& flow = flows_[flow_position];
  const PacketRecord record(packet, found.direction);
  packets_.append(flow.packets, record);
  if (names_) {
    names_->add(packet, found, pairs_[found.position],
                devices_[position].address);
  }
  if (options_.early_packets > 0 &&
      flow.packets.size == options_.early_packets) {
    Flow cut = gather(flow_position);
    cut.is_cut = true;
    sink_.take_early(cut);
  }
  if (ends_) ends_->note(flow_position, record);
  return flow_position;
}

std::optional<Timestamp> FlowTable::next_end() const {
  const NextBurst next = next_burst();
  if (next.device == kNoPosition) return std::nullopt;
  const auto due = ends_ ? ends_->next_due() : std::nullopt;
  return std::min(next.end, due.value_or(next.end));
}

std::size_t FlowTable::memory() const {
  return flows_.memory() + packets_.memory() + pairs_.memory() +
         devices_.memory() + device_index_.memory() + coarse_index_.memory() +
         addresses_.memory() + (ends_ ? ends_->memory() : 0);
}

void FlowTable::finish() {
  while (open_bursts_.oldest() != kNoPosition) end_burst(open_bursts_.oldest());
}

// --- ending bursts and evicting pairs ----------------------------------------

// The open burst that ends first, by its gap or by its limit; of equal ends, by
// its gap.
FlowTable::NextBurst FlowTable::next_burst() const {
  const std::uint32_t idle = open_bursts_.oldest();
  if (idle == kNoPosition) return {};
  NextBurst next{idle, devices_[idle].last + options_.burst_gap};
  if (options_.burst_limit == Duration{}) return next;
  const std::uint32_t longest = bursts_by_age_.oldest();
  const Timestamp limit = devices_[longest].first + options_.burst_limit;
  if (limit < next.end) next = {longest, limit};
  return next;
}

// Of equal ends, bursts come first: their flows then need no early delivery.
void FlowTable::end_before(Timestamp now) {
  for (;;) {
    const NextBurst next = next_burst();
    const auto due = ends_ ? ends_->next_due() : std::nullopt;
    if (due && *due < now && *due < next.end) {
      deliver_early();
    } else if (next.device != kNoPosition && next.end < now) {
      end_burst(next.device);
    } else {
      return;
    }
  }
}

void FlowTable::deliver_early() {
  const auto flow = ends_->take(
      [&](std::uint32_t at) { return packets_.last_time(flows_[at].packets); });
  if (flow) sink_.take_early(gather(*flow));
}

// At most two per packet, to spread the work; a packet adds at most one.
void FlowTable::forget_silent_pairs(Timestamp now) {
  for (int i = 0; i < 2; ++i) {
    const std::uint32_t oldest = pairs_.oldest();
    if (oldest == kNoPosition) return;
    const Pair& pair = pairs_[oldest];
    if (now - pair.last <= PairTable::kIdleTimeout) return;
    if (devices_[pair.device].burst != 0) {
      pairs_.keep(oldest);
    } else {
      forget_pair(oldest);
    }
  }
}

void FlowTable::make_room(std::uint32_t pair) {
  const std::size_t max = options_.max_flows;
  if (flows_.size() < max && packets_.held() < max * kPacketsPerFlow) return;
  for (;;) {
    const bool needs_flow =
        flows_.size() >= max && !is_in_open_burst(pairs_[pair]);
    const bool needs_packets = packets_.held() >= max * kPacketsPerFlow;
    if (!needs_flow && !needs_packets) return;
    end_burst(device_to_end(needs_flow));
    ++bursts_ended_early_;
  }
}

// REQUIRES: a burst is open.
std::uint32_t FlowTable::device_to_end(bool for_flows) const {
  const std::uint32_t oldest = open_bursts_.oldest();
  const std::uint32_t largest = for_flows ? top_by_flows_ : top_by_packets_;
  if (largest == kNoPosition) return oldest;
  const auto held = [&](std::uint32_t device) -> std::uint64_t {
    return for_flows ? devices_[device].flows : devices_[device].packets;
  };
  const std::size_t total = for_flows ? flows_.size() : packets_.held();
  const bool is_large = held(largest) * kLargeShareDivisor >= total;
  return is_large && held(largest) > held(oldest) ? largest : oldest;
}

void FlowTable::end_burst(std::uint32_t position) {
  Device& device = devices_[position];
  for (std::uint32_t at = device.first_flow; at != kNoPosition;) {
    OpenFlow& flow = flows_[at];
    ++delivered_flows_;
    const Flow gathered = gather(at);
    if (!gathered.owner.app.empty()) {
      const std::uint64_t disputed = gathered.owner.disputed_packets;
      ++owner_counts_.flows;
      owner_counts_.disputed_packets += disputed;
      if (disputed > 0) ++owner_counts_.disputed_flows;
    }
    if (gathered.protocol == Protocol::kTcp &&
        gathered.packets.size() >= kTellingPackets) {
      ++direction_counts_.tcp_flows;
      if (gathered.sent.packets == 0 || gathered.received.packets == 0) {
        ++direction_counts_.one_way_flows;
      }
    }
    sink_.take(gathered);
    if (options_.key != FlowKey::kFiveTuple) {
      coarse_index_.erase(keyed_hash(coarse_key(pairs_[flow.pair])), at);
    }
    packets_.release(flow.packets);
    if (ends_) ends_->release(at);
    const std::uint32_t next = flow.next_in_burst;
    flows_.release(at);
    at = next;
  }
  open_bursts_.remove(position);
  bursts_by_age_.remove(position);
  device.burst = 0;
  device.flows = 0;
  device.packets = 0;
  if (position == top_by_flows_) top_by_flows_ = kNoPosition;
  if (position == top_by_packets_) top_by_packets_ = kNoPosition;
  device.first_flow = device.last_flow = kNoPosition;
  ++device.burst_number;
  sink_.end_burst();
}

Flow FlowTable::gather(std::uint32_t slot) {
  const OpenFlow& open = flows_[slot];
  packets_.gather(open.packets, gathered_);
  const Pair& pair = pairs_[open.pair];
  Flow flow;
  flow.slot = slot;
  flow.burst = devices_[pair.device].burst_number;
  flow.first = gathered_.front().time;
  flow.last = gathered_.back().time;
  flow.device = devices_[pair.device].address;
  flow.device_station = devices_[pair.device].station;
  flow.device_name = host_names_.of(flow.device_station);
  flow.device_address = pair.device_address();
  flow.remote = pair.remote_address();
  flow.device_port = pair.device_port();
  flow.remote_port = pair.remote_port();
  flow.protocol = static_cast<Protocol>(pair.key.protocol);
  flow.device_rule = pair.device_rule;
  for (const PacketRecord& packet : gathered_) {
    Tally& tally = packet.sent != 0 ? flow.sent : flow.received;
    ++tally.packets;
    tally.bytes += packet.length;
  }
  if (owners_ != nullptr && owners_->size() > 0) {
    flow.owner = owner_of(gathered_);
  }
  if (names_) flow.name = names_->of(open.pair);
  flow.packets = gathered_;
  return flow;
}

// REQUIRES: the owners are known.
FlowOwner FlowTable::owner_of(std::span<const PacketRecord> packets) {
  votes_.resize(owners_->size() + 1);
  std::uint64_t owned = 0;
  for (const PacketRecord& packet : packets) {
    if (packet.owner == kNoOwner) continue;
    ++votes_[packet.owner];
    ++owned;
  }
  OwnerId best = kNoOwner;
  for (const PacketRecord& packet : packets) {
    if (packet.owner == kNoOwner) continue;
    if (best == kNoOwner || votes_[packet.owner] > votes_[best]) {
      best = packet.owner;
    }
  }
  if (owned == 0) return {};
  const std::uint64_t disputed = owned - votes_[best];
  for (const PacketRecord& packet : packets) votes_[packet.owner] = 0;
  const Owner& owner = (*owners_)[best];
  return {owner.app, owner.uid, owner.is_cut, disputed};
}

// --- finding the pair, device, burst and flow of a packet --------------------

// REQUIRES: the pair was just added.
void FlowTable::set_device(std::uint32_t pair, const Address& device) {
  const std::uint32_t position = find_or_add_device(device);
  pairs_[pair].device = position;
  ++devices_[position].pairs;
  if (pairs_.size() > options_.max_flows * PairTable::kPairsPerFlow) {
    forget_pair(pairs_.oldest());  // never the newest, just added
  }
}

// Whether the pair has an open flow.
bool FlowTable::is_in_open_burst(const Pair& pair) const {
  const std::uint64_t burst = devices_[pair.device].burst;
  return burst != 0 && pair.burst == burst;
}

void FlowTable::forget_pair(std::uint32_t position) {
  const std::uint32_t device = pairs_[position].device;
  if (is_in_open_burst(pairs_[position])) {
    end_burst(device);
    ++bursts_ended_early_;
  }
  pairs_.forget(position);
  --devices_[device].pairs;
  // While there is room, a device outlives its pairs, so that its burst numbers
  // continue.
  if (devices_[device].pairs > 0 || devices_.size() <= options_.max_flows) {
    return;
  }
  device_index_.erase(keyed_hash(devices_[device].address), device);
  devices_.release(device);
}

std::uint32_t FlowTable::find_or_add_device(const Address& address) {
  const std::uint64_t hash = keyed_hash(address);
  const std::uint32_t found = device_index_.find(
      hash, [&](std::uint32_t at) { return devices_[at].address == address; });
  if (found != HashIndex::kNone) return found;
  const std::uint32_t device = devices_.take();
  devices_[device].address = address;
  device_index_.insert(hash, device);
  return device;
}

void FlowTable::join_burst(std::uint32_t position, Timestamp now) {
  Device& device = devices_[position];
  if (device.burst == 0) {
    device.burst = ++bursts_;
    device.first = now;
    open_bursts_.add(position);
    bursts_by_age_.add(position);
  } else {
    open_bursts_.touch(position);
  }
  device.last = now;
  ++device.packets;
  if (top_by_packets_ == kNoPosition ||
      device.packets > devices_[top_by_packets_].packets) {
    top_by_packets_ = position;
  }
}

std::uint32_t FlowTable::find_or_add_flow(std::uint32_t position) {
  Pair& pair = pairs_[position];
  const std::uint64_t burst = devices_[pair.device].burst;
  if (pair.burst == burst) return pair.flow;
  pair.burst = burst;
  pair.flow = options_.key == FlowKey::kFiveTuple
                  ? kNoPosition
                  : find_coarse(coarse_key(pair));
  if (pair.flow == kNoPosition) pair.flow = add_flow(position);
  return pair.flow;
}

std::uint32_t FlowTable::add_flow(std::uint32_t pair) {
  const std::uint32_t flow = flows_.take();
  peak_open_flows_ = std::max(peak_open_flows_, flows_.size());
  flows_[flow].pair = pair;
  Device& device = devices_[pairs_[pair].device];
  (device.last_flow == kNoPosition ? device.first_flow
                                   : flows_[device.last_flow].next_in_burst) =
      flow;
  device.last_flow = flow;
  ++device.flows;
  if (top_by_flows_ == kNoPosition ||
      device.flows > devices_[top_by_flows_].flows) {
    top_by_flows_ = pairs_[pair].device;
  }
  if (options_.key != FlowKey::kFiveTuple) {
    coarse_index_.insert(keyed_hash(coarse_key(pairs_[pair])), flow);
  }
  return flow;
}

// The pair's key with the fields that the flow key omits set to 0.
PairKey FlowTable::coarse_key(const Pair& pair) const {
  const bool with_port = options_.key == FlowKey::kRemoteEndpoint;
  return {devices_[pair.device].address, pair.remote_address(), 0,
          with_port ? pair.remote_port() : Port{0}, pair.key.protocol};
}

std::uint32_t FlowTable::find_coarse(const PairKey& key) {
  return coarse_index_.find(keyed_hash(key), [&](std::uint32_t flow) {
    return coarse_key(pairs_[flows_[flow].pair]) == key;
  });
}

}  // namespace flowtell
