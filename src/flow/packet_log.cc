// SPDX-License-Identifier: Apache-2.0
#include "flow/packet_log.h"

namespace flowtell {

void PacketLog::append(Chain& chain, const PacketRecord& record) {
  if (chain.last == kNowhere || chain.in_last == kChunk) {
    const std::uint32_t fresh = chunks_.take();
    (chain.last == kNowhere ? chain.first : chunks_[chain.last].next) = fresh;
    chain.last = fresh;
    chain.in_last = 0;
  }
  chunks_[chain.last].records[chain.in_last++] = record;
}

void PacketLog::gather(const Chain& chain,
                       std::vector<PacketRecord>& into) const {
  into.clear();
  for (std::uint32_t at = chain.first; at != kNowhere; at = chunks_[at].next) {
    const auto& records = chunks_[at].records;
    const std::uint32_t count = at == chain.last ? chain.in_last : kChunk;
    into.insert(into.end(), records.begin(), records.begin() + count);
  }
}

void PacketLog::release(Chain& chain) {
  for (std::uint32_t at = chain.first; at != kNowhere;) {
    const std::uint32_t next = chunks_[at].next;
    chunks_.give_back(at);
    at = next;
  }
  chain = Chain{};
}

}  // namespace flowtell
