// SPDX-License-Identifier: Apache-2.0
//
// Interface of all frame producers: capture files, network interfaces, replays.
//
// A source returns frames in batches, in capture order, without copying: the
// source owns the bytes. On damage it returns the frames it could read and
// records the first damage as a value; it never fails midway. Used by one
// thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/time.h"
#include "capture/link_type.h"

namespace flowtell {

// Maximum frame length in bytes: libpcap's limit for snap lengths.
inline constexpr std::uint32_t kMaxFrameSize = 262'144;

struct Frame {
  Timestamp time;
  Bytes bytes;                // captured bytes; may be cut short
  std::uint32_t wire_length;  // length on the wire
  LinkType link;
};

struct Damage {
  std::uint64_t offset;  // in bytes, in the (decompressed) capture
  std::string what;      // "a record of 74 bytes is cut off after 12"
};

// File format of a capture.
enum class CaptureFormat { kPcap, kPcapng };

constexpr std::string_view capture_format_name(CaptureFormat format) {
  return format == CaptureFormat::kPcap ? "pcap" : "pcapng";
}

class FrameSource {
 public:
  virtual ~FrameSource() = default;

  // Fills the front of `batch` and returns the number of frames; always 0 after
  // the end. The frames' bytes are valid until the next call.
  // REQUIRES: batch is not empty.
  virtual std::size_t read(std::span<Frame> batch) = 0;

  // The first damage found so far.
  const std::optional<Damage>& damage() const { return damage_; }

  // Format of the file being read; nothing if there is no file.
  std::optional<CaptureFormat> format() const { return format_; }

 protected:
  explicit FrameSource(std::optional<CaptureFormat> format = std::nullopt)
      : format_(format) {}

  void note_damage(std::uint64_t offset, std::string what) {
    if (!damage_) damage_ = Damage{offset, std::move(what)};
  }

 private:
  std::optional<Damage> damage_;
  std::optional<CaptureFormat> format_;
};

}  // namespace flowtell
