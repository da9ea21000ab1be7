// SPDX-License-Identifier: Apache-2.0
//
// Reads the frames of capture files.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "flowtell/error.h"

namespace flowtell {
inline namespace v0 {

using Duration = std::chrono::nanoseconds;
using Timestamp = std::chrono::sys_time<Duration>;

struct Frame {
  Timestamp time;
  std::span<const std::uint8_t> bytes;  // captured; may be cut short
  std::uint32_t wire_length = 0;
  std::uint16_t link_type = 1;  // by tcpdump.org/linktypes.html; 1: Ethernet
};

// One thread at a time.
class Capture {
 public:
  // pcap or pcapng, plain or compressed by gzip or zstd; "-" is standard input.
  explicit Capture(const std::string& path) {
    flowtell_capture* opened = nullptr;
    detail::call(flowtell_capture_open, path.c_str(), &opened);
    capture_.reset(opened);
  }

  // The next frame, whose bytes are valid until the next call; nullopt at the
  // end.
  std::optional<Frame> next() {
    if (at_ == count_) {
      detail::call(flowtell_capture_read, capture_.get(), frames_.data(),
                   frames_.size(), &count_);
      at_ = 0;
      if (count_ == 0) return std::nullopt;
    }
    const flowtell_frame& frame = frames_[at_++];
    return Frame{Timestamp(Duration(frame.time)),
                 {frame.bytes, frame.captured_length},
                 frame.wire_length,
                 frame.link_type};
  }

  // What is wrong with the capture, which is read up to there. Known at the
  // end.
  std::optional<std::string> damage() const {
    const char* text = flowtell_capture_damage(capture_.get());
    if (text == nullptr) return std::nullopt;
    return text;
  }

 private:
  struct Close {
    void operator()(flowtell_capture* capture) const {
      flowtell_capture_close(capture);
    }
  };
  std::unique_ptr<flowtell_capture, Close> capture_;
  std::array<flowtell_frame, 64> frames_{};
  std::size_t at_ = 0;
  std::size_t count_ = 0;
};

}  // namespace v0
}  // namespace flowtell
