// SPDX-License-Identifier: Apache-2.0
//
// Reads another source on a thread of its own, some blocks ahead of whoever
// takes them: what zlib needs to unpack a capture is then nobody's wait. Blocks
// are lent, not copied.
//
// It does not pay where reading is cheap: what another core has just read has
// to come out of that core's cache, and that costs a parser of headers more
// than to have the kernel copy it here (measured: docs/performance.md).
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "base/pipe.h"
#include "capture/byte_stream.h"

namespace flowtell {

class ReadAhead : public ByteSource {
 public:
  explicit ReadAhead(std::unique_ptr<ByteSource> source);
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  ~ReadAhead() override;

  Result<std::size_t> read(std::span<std::uint8_t> into) override;
  bool lends() const override { return true; }
  Result<std::span<std::uint8_t>> lend() override;

 private:
  static constexpr std::size_t kBlocksAhead = 3;

  struct Block {
    std::vector<std::uint8_t> bytes;  // room in front, then what was read
    Result<std::size_t> size = std::size_t{0};
  };

  void work();

  std::unique_ptr<ByteSource> source_;
  Pipe<Block> full_{kBlocksAhead};
  Pipe<Block> empty_{kBlocksAhead + 2};
  Block lent_;
  std::jthread worker_;
};

}  // namespace flowtell
