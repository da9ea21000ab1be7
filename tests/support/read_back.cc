// SPDX-License-Identifier: Apache-2.0
#include "support/read_back.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "capture/capture_file.h"
#include "capture/file_formats.h"
#include "capture/ordered_source.h"

namespace flowtell {
namespace {

class BittenBytes : public ByteSource {
 public:
  BittenBytes(std::string bytes, std::size_t bite, std::string problem)
      : bytes_(std::move(bytes)), bite_(bite), problem_(std::move(problem)) {}

  Result<std::size_t> read(std::span<std::uint8_t> into) override {
    const std::size_t count =
        std::min({into.size(), bite_, bytes_.size() - at_});
    std::copy_n(as_bytes(bytes_).begin() + static_cast<std::ptrdiff_t>(at_),
                count, into.begin());
    at_ += count;
    if (count == 0 && !problem_.empty()) {
      return fail(ErrorKind::kNotReadable, "{}", problem_);
    }
    return count;
  }

 private:
  std::string bytes_;
  std::size_t bite_;
  std::string problem_;
  std::size_t at_ = 0;
};

// Fails the calling test alone, by an exception.
void require_that(bool holds, const char* sentence) {
  if (!holds) throw std::runtime_error(sentence);
}

}  // namespace

std::unique_ptr<ByteSource> in_chunks(std::string bytes, std::size_t bite,
                                      std::string problem) {
  return std::make_unique<BittenBytes>(std::move(bytes), bite,
                                       std::move(problem));
}

ReadBack read_back(FrameSource& source, std::size_t batch) {
  ReadBack read;
  std::vector<Frame> frames(batch);
  while (const std::size_t count = source.read(frames)) {
    for (std::size_t i = 0; i < count; ++i) {
      const Frame& frame = frames[i];
      read.frames.push_back({std::string(as_text(frame.bytes)),
                             frame.wire_length, frame.link, frame.time});
    }
  }
  require_that(source.read(frames) == 0, "a source that ended went on");
  read.damage = source.damage();
  return read;
}

ReadBack read_back(std::string_view bytes, std::size_t batch) {
  auto source = open_capture(as_bytes(bytes), "test");
  require_that(source.has_value(), "the bytes of a test are no capture");
  return read_back(**source, batch);
}

ReadBack read_back_streamed(std::string_view bytes, std::size_t bite,
                            std::size_t batch) {
  ByteStream stream(in_chunks(std::string(bytes), bite));
  stream.fill(4);
  if (looks_like_pcapng(stream.window())) {
    OrderedSource ordered(read_pcapng(std::move(stream)));
    return read_back(ordered, batch);
  }
  auto source = read_pcap(std::move(stream));
  require_that(source.has_value(), "the bytes of a test are no capture");
  OrderedSource ordered(std::move(*source));
  return read_back(ordered, batch);
}

}  // namespace flowtell
