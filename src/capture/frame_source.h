// SPDX-License-Identifier: Apache-2.0
//
// Where frames come from: the seam between files, interfaces and the rest.
//
// A source hands out frames in batches, in the order of the capture, without
// copying: a frame's bytes belong to the source. When a source comes upon
// damage it hands out what it could read and remembers the first damage as a
// value; it never fails half-way. One thread at a time.
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

// No frame may be longer: libpcap's own limit for snap lengths.
inline constexpr std::uint32_t kLongestFrame = 262'144;

struct Frame {
  Timestamp time;
  Bytes bytes;                // what was captured of it; may be cut short
  std::uint32_t wire_length;  // its length on the wire
  LinkType link;
};

struct Damage {
  std::uint64_t at;  // the byte of the (unpacked) capture where it shows
  std::string what;  // "a record of 74 bytes is cut off after 12"
};

// How a capture file is written.
enum class CaptureForm { kPcap, kPcapng };

constexpr std::string_view capture_form_name(CaptureForm form) {
  return form == CaptureForm::kPcap ? "pcap" : "pcapng";
}

class FrameSource {
 public:
  virtual ~FrameSource() = default;

  // Fills the front of `batch` and returns how many frames it holds; 0 at the
  // end, for ever. The frames' bytes are valid until the next call.
  // REQUIRES: batch is not empty.
  virtual std::size_t read(std::span<Frame> batch) = 0;

  // The first damage met so far.
  const std::optional<Damage>& damage() const { return damage_; }

  // How the file is written that it reads; nothing where there is no file.
  std::optional<CaptureForm> form() const { return form_; }

 protected:
  explicit FrameSource(std::optional<CaptureForm> form = std::nullopt)
      : form_(form) {}

  void note_damage(std::uint64_t at, std::string what) {
    if (!damage_) damage_ = Damage{at, std::move(what)};
  }

 private:
  std::optional<Damage> damage_;
  std::optional<CaptureForm> form_;
};

}  // namespace flowtell
