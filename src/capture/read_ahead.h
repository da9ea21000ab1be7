// SPDX-License-Identifier: Apache-2.0
//
// Reads another source on its own thread, some blocks ahead of the consumer, so
// that decompression (gzip, zstd) does not delay the parser. Blocks are passed
// by reference, not copied.
//
// Uncompressed files are read without it: moving the data between two cores'
// caches costs more than the kernel's copy on one core.
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
    std::vector<std::uint8_t> bytes;  // headroom, then the data
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
