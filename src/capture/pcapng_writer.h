// SPDX-License-Identifier: Apache-2.0
//
// Formats a capture as little-endian pcapng (draft-ietf-opsawg-pcapng) with
// nanoseconds: one section, whose frames may have comments. The caller writes
// the bytes. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/byte_writer.h"
#include "capture/frame_source.h"

namespace flowtell {

class PcapngWriter {
 public:
  PcapngWriter();

  // Describes a further interface and returns its number.
  std::uint32_t add_interface(LinkType link, std::string_view description);

  // Adds a frame with those of the comments that are not empty, each cut to
  // 65535 bytes. A time before 1970 becomes 1970.
  // REQUIRES: there is such an interface, of the frame's link type.
  void add(const Frame& frame, std::uint32_t interface,
           std::initializer_list<std::string_view> comments);

  // What was added since the last `clear`.
  const std::string& bytes() const { return out_.bytes(); }
  void clear() { out_.clear(); }

 private:
  void begin_block(std::uint32_t type, std::size_t body_size);
  void end_block(std::size_t body_size);
  void put_padded(std::string_view bytes);
  void put_option(std::uint16_t code, std::string_view value);

  ByteWriter out_;
  std::uint32_t interfaces_ = 0;
};

}  // namespace flowtell
