// SPDX-License-Identifier: Apache-2.0
#include "support/pcap_bytes.h"

#include "support/put.h"

namespace flowtell {

std::string pcap_header(const PcapStyle& style) {
  std::string out;
  const auto u16 = [&](std::uint16_t value) { put(out, value, style.order); };
  const auto u32 = [&](std::uint32_t value) { put(out, value, style.order); };
  const std::uint32_t plain = style.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  u32(style.modified > 0 ? 0xa1b2cd34 : plain);
  u16(2);
  u16(4);
  u32(0);
  u32(0);
  u32(kMaxFrameSize);
  u32(static_cast<std::uint32_t>(style.link));
  return out;
}

std::string pcap_record(const TestFrame& frame, const PcapStyle& style) {
  std::string out;
  const std::int64_t time = frame.time.time_since_epoch().count();
  const std::int64_t fraction = time % kNanosecondsPerSecond;
  for (const std::int64_t value :
       {time / kNanosecondsPerSecond,
        style.nanoseconds ? fraction : fraction / 1000,
        static_cast<std::int64_t>(frame.bytes.size()),
        static_cast<std::int64_t>(frame.wire_length)}) {
    put(out, static_cast<std::uint32_t>(value), style.order);
  }
  if (style.modified > 0) {
    // Interface, EtherType, kind; perhaps processors; padding.
    put(out, std::uint32_t{3}, style.order);
    put(out, std::uint16_t{0x0800}, style.order);
    out += '\4';
    out.append(style.modified - 7, '\0');
  }
  return out + frame.bytes;
}

std::string pcap_bytes(const std::vector<TestFrame>& frames,
                       const PcapStyle& style) {
  std::string out = pcap_header(style);
  for (const TestFrame& frame : frames) out += pcap_record(frame, style);
  return out;
}

}  // namespace flowtell
