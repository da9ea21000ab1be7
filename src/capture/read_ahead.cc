// SPDX-License-Identifier: Apache-2.0
#include "capture/read_ahead.h"

#include <algorithm>

namespace flowtell {

ReadAhead::ReadAhead(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)) {
  for (std::size_t i = 0; i <= kBlocksAhead; ++i) {
    Block block;
    block.bytes.resize(kLentHeadroom + kChunk);
    empty_.push(std::move(block));
  }
  worker_ = std::jthread([this] { work(); });
}

ReadAhead::~ReadAhead() {
  full_.close();
  empty_.close();
}

// Runs until the source ends or fails, or the consumer closes the pipes.
void ReadAhead::work() {
  while (auto block = empty_.pop()) {
    block->size = source_->read(std::span(block->bytes).subspan(kLentHeadroom));
    const bool is_last = !block->size || *block->size == 0;
    if (!full_.push(std::move(*block)) || is_last) break;
  }
  full_.close();
}

Result<std::span<std::uint8_t>> ReadAhead::lend() {
  if (!lent_.bytes.empty()) empty_.push(std::exchange(lent_, {}));
  auto block = full_.pop();
  if (!block) return std::span<std::uint8_t>();  // past the end
  lent_ = std::move(*block);
  if (!lent_.size) return fail(lent_.size.error());
  return std::span(lent_.bytes).subspan(kLentHeadroom, *lent_.size);
}

// For consumers that do not borrow blocks.
Result<std::size_t> ReadAhead::read(std::span<std::uint8_t> into) {
  require(into.size() >= kChunk, "a read-ahead buffer holds a chunk");
  auto block = lend();
  if (!block) return fail(std::move(block).error());
  std::copy(block->begin(), block->end(), into.begin());
  return block->size();
}

}  // namespace flowtell
