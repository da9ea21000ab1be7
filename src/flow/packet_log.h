// SPDX-License-Identifier: Apache-2.0
//
// The packets of all open flows. Each flow has a chain of small chunks from one
// pool: a short flow costs little, a long one grows without being copied.
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
    std::uint32_t first = kNoPosition;
    std::uint32_t last = kNoPosition;
    std::uint32_t size = 0;  // records
  };

  // Bytes per chunk, which holds up to four packets of a flow.
  static constexpr std::size_t kChunkMemory = 72;

  void append(Chain& chain, const PacketRecord& record);

  // Replaces the content of `into` by a chain's records, in order.
  void gather(const Chain& chain, std::vector<PacketRecord>& into) const;

  // REQUIRES: the chain has a record.
  Timestamp last_time(const Chain& chain) const {
    return chunks_[chain.last].records[(chain.size - 1) % kChunk].time;
  }

  // Frees a chain's chunks and empties it.
  void release(Chain& chain);

  // The capacity, in records, of the chunks in use.
  std::size_t held() const { return chunks_.size() * kChunk; }
  std::size_t memory() const { return chunks_.memory(); }

 private:
  static constexpr std::uint32_t kChunk = 4;
  struct alignas(8) Chunk {  // the same size on every machine
    std::array<PacketRecord, kChunk> records;
    std::uint32_t next = kNoPosition;
  };
  static_assert(sizeof(Chunk) == kChunkMemory);

  Pool<Chunk> chunks_;
};

}  // namespace flowtell
