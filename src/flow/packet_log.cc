// SPDX-License-Identifier: Apache-2.0
#include "flow/packet_log.h"

#include <algorithm>

namespace flowtell {

void PacketLog::append(Chain& chain, const PacketRecord& record) {
  const std::uint32_t offset = chain.size % kChunk;
  if (offset == 0) {
    const std::uint32_t fresh = chunks_.take();
    (chain.last == kNoPosition ? chain.first : chunks_[chain.last].next) =
        fresh;
    chain.last = fresh;
  }
  chunks_[chain.last].records[offset] = record;
  ++chain.size;
}

void PacketLog::gather(const Chain& chain,
                       std::vector<PacketRecord>& into) const {
  into.clear();
  std::uint32_t left = chain.size;
  for (std::uint32_t at = chain.first; left > 0; at = chunks_[at].next) {
    const auto& records = chunks_[at].records;
    const std::uint32_t count = std::min(left, kChunk);
    into.insert(into.end(), records.begin(), records.begin() + count);
    left -= count;
  }
}

void PacketLog::release(Chain& chain) {
  for (std::uint32_t at = chain.first; at != kNoPosition;) {
    const std::uint32_t next = chunks_[at].next;
    chunks_.release(at);
    at = next;
  }
  chain = Chain{};
}

}  // namespace flowtell
