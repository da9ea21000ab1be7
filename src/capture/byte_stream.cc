// SPDX-License-Identifier: Apache-2.0
#include "capture/byte_stream.h"

#include <algorithm>

namespace flowtell {
namespace {

// The rest of a stream as a source.
class StreamBytes : public ByteSource {
 public:
  explicit StreamBytes(ByteStream stream) : stream_(std::move(stream)) {}

  Result<std::size_t> read(std::span<std::uint8_t> into) override {
    stream_.fill(1);
    if (stream_.problem()) return fail(*stream_.problem());
    const Bytes window = stream_.window();
    const std::size_t count = std::min(into.size(), window.size());
    std::copy_n(window.begin(), count, into.begin());
    stream_.consume(count);
    return count;
  }

 private:
  ByteStream stream_;
};

}  // namespace

bool ByteStream::fill(std::size_t count) {
  if (window_.size() >= count) return true;
  if (source_ && source_->lends() &&
      window_.size() <= ByteSource::kLentHeadroom) {
    borrow();
  }
  if (window_.size() < count && source_) gather(count);
  return window_.size() >= count;
}

// Borrows the next block, with the rest of the window copied in front of it.
void ByteStream::borrow() {
  kept_.assign(window_.begin(), window_.end());
  window_ = kept_;
  auto block = source_->lend();
  if (!block) problem_ = block.error();
  if (!block || block->empty()) return source_.reset();
  std::uint8_t* front = block->data() - kept_.size();
  std::copy(kept_.begin(), kept_.end(), front);
  window_ = Bytes(front, kept_.size() + block->size());
}

// Reads into the buffer, which grows with the bytes received, not with claimed
// sizes.
void ByteStream::gather(std::size_t count) {
  kept_.assign(window_.begin(), window_.end());
  std::size_t size = kept_.size();
  if (buffer_.size() < size + ByteSource::kChunk)
    buffer_.resize(size + ByteSource::kChunk);
  std::copy(kept_.begin(), kept_.end(), buffer_.begin());
  while (size < count && source_) {
    if (buffer_.size() < size + ByteSource::kChunk)
      buffer_.resize(2 * size + ByteSource::kChunk);
    auto got = source_->read(std::span(buffer_).subspan(size));
    if (!got) problem_ = got.error();
    if (!got || *got == 0) source_.reset();
    if (got) size += *got;
  }
  window_ = Bytes(buffer_).first(size);
}

bool ByteStream::skip(std::uint64_t count) {
  while (count > 0) {
    if (window_.empty() && !fill(1)) return false;
    const auto step = static_cast<std::size_t>(
        std::min<std::uint64_t>(count, window_.size()));
    consume(step);
    count -= step;
  }
  return true;
}

std::unique_ptr<ByteSource> ByteStream::into_source() && {
  return std::make_unique<StreamBytes>(std::move(*this));
}

}  // namespace flowtell
