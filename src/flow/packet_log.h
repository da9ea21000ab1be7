// SPDX-License-Identifier: Apache-2.0
//
// The packets of all open flows, each flow's in a chain of small chunks from
// one pool: a flow of one packet costs little, a long one grows without moving.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/pool.h"
#include "base/recency_list.h"
#include "flow/flow.h"

namespace flowtell {

class PacketLog {
 public:
  struct Chain {
    std::uint32_t first = kNowhere;
    std::uint32_t last = kNowhere;
    std::uint32_t size = 0;  // records
  };

  // Bytes for each four packets of a flow, begun or full.
  static constexpr std::size_t kChunkMemory = 72;

  void append(Chain& chain, const PacketRecord& record);

  // Copies a chain's records, in order, over what `into` held.
  void gather(const Chain& chain, std::vector<PacketRecord>& into) const;

  // Gives a chain's chunks back; it is then empty.
  void release(Chain& chain);

  // Records there is room for in the chunks in use.
  std::size_t held() const { return chunks_.size() * kChunk; }
  std::size_t memory() const { return chunks_.memory(); }

 private:
  static constexpr std::uint32_t kChunk = 4;
  struct alignas(8) Chunk {  // as large on every machine
    std::array<PacketRecord, kChunk> records;
    std::uint32_t next = kNowhere;
  };
  static_assert(sizeof(Chunk) == kChunkMemory);

  Pool<Chunk> chunks_;
};

}  // namespace flowtell
