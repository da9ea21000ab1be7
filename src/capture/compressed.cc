// SPDX-License-Identifier: Apache-2.0
#include "capture/file_formats.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>

#include "base/result.h"

namespace flowtell {
namespace {

constexpr std::size_t kPackedChunk = 1 << 16;

// A buffer of compressed bytes, refilled from its source when empty.
class PackedInput {
 public:
  explicit PackedInput(std::unique_ptr<ByteSource> source)
      : source_(std::move(source)) {}

  // False at the end of the compressed bytes.
  Result<bool> refill_if_empty() {
    if (!left_.empty()) return true;
    auto got = source_->read(chunk_);
    if (!got) return fail(std::move(got).error());
    left_ = Bytes(chunk_).first(*got);
    return *got > 0;
  }

  Bytes left() const { return left_; }
  void leave(std::size_t count) { left_ = left_.last(count); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::array<std::uint8_t, kPackedChunk> chunk_{};
  Bytes left_;
};

class GzipBytes : public ByteSource {
 public:
  explicit GzipBytes(std::unique_ptr<ByteSource> packed)
      : input_(std::move(packed)) {
    constexpr int kGzipOnly = 15 + 16;
    require_memory(inflateInit2(&stream_, kGzipOnly) == Z_OK);
  }
  GzipBytes(const GzipBytes&) = delete;
  GzipBytes& operator=(const GzipBytes&) = delete;
  ~GzipBytes() override { inflateEnd(&stream_); }

  Result<std::size_t> read(std::span<std::uint8_t> into) override {
    if (damaged_) return damage();
    std::size_t made = 0;
    while (made == 0) {
      if (between_members_) {
        auto more = input_.refill_if_empty();
        if (!more) return fail(std::move(more).error());
        if (!*more || !begin_member()) return 0;
      }
      // Before a refill, because zlib may still hold pending output.
      auto step = inflate_into(into);
      if (!step) return step;
      made = *step;
      if (made > 0 || between_members_) continue;
      auto more = input_.refill_if_empty();
      if (!more) return fail(std::move(more).error());
      if (!*more) {
        return fail(ErrorKind::kCorrupt, "the gzip data is cut short");
      }
    }
    return made;
  }

 private:
  // False if padding follows instead of a member; gzip ignores padding.
  bool begin_member() {
    if (any_member_ && input_.left().front() != 0x1f) return false;
    inflateReset(&stream_);
    between_members_ = false;
    any_member_ = true;
    return true;
  }

  Result<std::size_t> inflate_into(std::span<std::uint8_t> into) {
    stream_.next_in = const_cast<Bytef*>(input_.left().data());
    stream_.avail_in = static_cast<uInt>(input_.left().size());
    stream_.next_out = into.data();
    stream_.avail_out = static_cast<uInt>(into.size());
    const int state = inflate(&stream_, Z_NO_FLUSH);
    require_memory(state != Z_MEM_ERROR);
    const std::size_t made = into.size() - stream_.avail_out;
    const bool needs_input = state == Z_BUF_ERROR && stream_.avail_in == 0;
    damaged_ = state != Z_OK && state != Z_STREAM_END && !needs_input;
    // Output produced before the damage is returned first.
    if (damaged_ && made == 0) return damage();
    input_.leave(stream_.avail_in);
    between_members_ = state == Z_STREAM_END;
    return made;
  }

  static tl::unexpected<Error> damage() {
    return fail(ErrorKind::kCorrupt, "the gzip data is damaged");
  }

  PackedInput input_;
  z_stream stream_{};
  bool damaged_ = false;
  bool between_members_ = true;
  bool any_member_ = false;
};

class ZstdBytes : public ByteSource {
 public:
  explicit ZstdBytes(std::unique_ptr<ByteSource> packed)
      : input_(std::move(packed)), stream_(ZSTD_createDStream()) {
    require_memory(stream_ != nullptr);
  }

  Result<std::size_t> read(std::span<std::uint8_t> into) override {
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    while (out.pos == 0) {
      if (between_frames_) {
        auto begun = begin_frame();
        if (!begun) return fail(std::move(begun).error());
        if (!*begun) return 0;
      }
      auto more = holds_more_ ? true : input_.refill_if_empty();
      if (!more) return fail(std::move(more).error());
      if (!*more) return cut_short();
      const Bytes left = input_.left();
      const Bytes given = left.first(
          holds_more_ ? 0 : std::min(left.size(), without_header(requested_)));
      auto taken = unpack(given, out);
      if (!taken) return taken;
      input_.leave(left.size() - *taken);
    }
    return out.pos;
  }

 private:
  static tl::unexpected<Error> cut_short() {
    return fail(ErrorKind::kCorrupt, "the zstd data is cut short");
  }
  static tl::unexpected<Error> damage() {
    return fail(ErrorKind::kCorrupt, "the zstd data is damaged");
  }

  // RFC 8878, 3.1.1 and 3.1.2. libzstd also accepts older formats if their
  // first bytes arrive in one call; here they always count as damage.
  static bool is_magic(Bytes head) {
    const auto magic = load<std::uint32_t>(head.data(), ByteOrder::kLittle);
    return magic == ZSTD_MAGICNUMBER ||
           (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
  }

  // False at the end of the compressed bytes.
  Result<bool> begin_frame() {
    std::array<std::uint8_t, sizeof(std::uint32_t)> head{};
    for (std::size_t i = 0; i < head.size(); ++i) {
      auto more = input_.refill_if_empty();
      if (!more) return fail(std::move(more).error());
      if (!*more && i == 0) return false;
      if (!*more) return cut_short();
      head[i] = input_.left().front();
      input_.leave(input_.left().size() - 1);
    }
    if (!is_magic(head)) return damage();
    ZSTD_outBuffer nowhere{nullptr, 0, 0};
    auto taken = unpack(head, nowhere);
    if (!taken) return fail(std::move(taken).error());
    return true;
  }

  // Returns the number of compressed bytes consumed.
  Result<std::size_t> unpack(Bytes packed, ZSTD_outBuffer& out) {
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    requested_ = ZSTD_decompressStream(stream_.get(), &out, &in);
    require_memory(ZSTD_getErrorCode(requested_) !=
                   ZSTD_error_memory_allocation);
    if (ZSTD_isError(requested_) != 0) return damage();
    between_frames_ = requested_ == 0;
    holds_more_ = !between_frames_ && out.size > 0 && out.pos == out.size;
    return in.pos;
  }

  // A call that finds damage returns no output. So each call gets at most one
  // block, and none while zstd holds pending output: everything before the
  // damage has then been returned. The next block's header, which zstd requests
  // along with a block, is withheld.
  static constexpr std::size_t kBlockHeader = 3;
  static std::size_t without_header(std::size_t wanted) {
    return wanted > kBlockHeader ? wanted - kBlockHeader : wanted;
  }
  std::size_t requested_ = 0;

  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  PackedInput input_;
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  bool between_frames_ = true;
  bool holds_more_ = false;
};

}  // namespace

bool looks_like_gzip(Bytes front) {
  return front.size() >= 2 && front[0] == 0x1f && front[1] == 0x8b;
}

bool looks_like_zstd(Bytes front) {
  return front.size() >= 4 &&
         load<std::uint32_t>(front.data(), ByteOrder::kLittle) ==
             ZSTD_MAGICNUMBER;
}

std::unique_ptr<ByteSource> unpack_gzip(std::unique_ptr<ByteSource> packed) {
  return std::make_unique<GzipBytes>(std::move(packed));
}

std::unique_ptr<ByteSource> unpack_zstd(std::unique_ptr<ByteSource> packed) {
  return std::make_unique<ZstdBytes>(std::move(packed));
}

}  // namespace flowtell
