// SPDX-License-Identifier: Apache-2.0
#include "support/pcapng_bytes.h"

#include "support/put.h"

namespace flowtell {
namespace {

void pad_to_word(std::string& bytes) {
  while (bytes.size() % 4 != 0) bytes += '\0';
}

}  // namespace

// Digit by digit, to avoid overflow of 64 bits.
std::uint64_t ticks_at(Timestamp time, const PcapngInterface& interface) {
  const std::uint64_t base = (interface.resolution & 0x80) != 0 ? 2 : 10;
  const std::int64_t elapsed = time.time_since_epoch().count() -
                               interface.offset_seconds * kNanosecondsPerSecond;
  auto ticks = static_cast<std::uint64_t>(elapsed / kNanosecondsPerSecond);
  auto rest = static_cast<std::uint64_t>(elapsed % kNanosecondsPerSecond);
  for (int i = 0; i < (interface.resolution & 0x7f); ++i) {
    rest *= base;
    ticks = ticks * base + rest / kNanosecondsPerSecond;
    rest %= kNanosecondsPerSecond;
  }
  return ticks;
}

PcapngBytes& PcapngBytes::section(ByteOrder order) {
  order_ = order;
  interfaces_.clear();
  std::string body;
  put(body, std::uint32_t{0x1a2b3c4d}, order_);
  put(body, std::uint16_t{1}, order_);
  put(body, std::uint16_t{0}, order_);
  put(body, UINT64_MAX, order_);  // section length: unspecified
  return block(0x0a0d0d0a, body);
}

PcapngBytes& PcapngBytes::interface(const PcapngInterface& interface) {
  interfaces_.push_back(interface);
  std::string body;
  put(body, static_cast<std::uint16_t>(interface.link), order_);
  put(body, std::uint16_t{0}, order_);
  put(body, interface.snap_length, order_);
  put_option(body, 2, "wlan0");  // if_name: an option that readers skip
  if (interface.resolution != 6) {
    put_option(body, 9,
               std::string(1, static_cast<char>(interface.resolution)));
  }
  if (interface.offset_seconds != 0) {
    std::string value;
    put(value, static_cast<std::uint64_t>(interface.offset_seconds), order_);
    put_option(body, 14, value);
  }
  put_option(body, 0, "");
  return block(1, body);
}

PcapngBytes& PcapngBytes::enhanced(const TestFrame& frame,
                                   std::uint32_t interface,
                                   const std::vector<PcapngOption>& options) {
  std::string body;
  put(body, interface, order_);
  put_packet(body, frame, interface);
  if (options.empty()) return block(6, body);
  pad_to_word(body);
  for (const PcapngOption& option : options) {
    put_option(body, option.code, option.value);
  }
  put_option(body, 0, "");
  return block(6, body);
}

PcapngBytes& PcapngBytes::uid_map(std::int32_t uid, std::string_view package,
                                  std::string_view name) {
  std::string body;
  put(body, std::uint32_t{62652}, order_);  // PCAPdroid's enterprise number
  put(body, std::uint16_t{1}, order_);      // version
  body += '\x01';                           // a UID map
  body += '\0';
  put(body, static_cast<std::uint32_t>(uid), order_);
  body += static_cast<char>(package.size());
  body += static_cast<char>(name.size());
  body += package;
  body += name;
  return block(0x0bad, body);
}

PcapngBytes& PcapngBytes::process(std::string_view name) {
  std::string body;
  put(body, std::uint32_t{4711}, order_);  // its identifier
  put_option(body, 2, name);
  put_option(body, 0, "");
  return block(0x80000001, body);
}

PcapngOption PcapngBytes::process_option(std::uint16_t code,
                                         std::uint32_t number) const {
  PcapngOption option{code, {}};
  put(option.value, number, order_);
  return option;
}

PcapngBytes& PcapngBytes::simple(const TestFrame& frame) {
  std::string body;
  put(body, frame.wire_length, order_);
  return block(3, body + frame.bytes);
}

PcapngBytes& PcapngBytes::old_packet(const TestFrame& frame,
                                     std::uint16_t interface) {
  std::string body;
  put(body, interface, order_);
  put(body, std::uint16_t{0xffff}, order_);  // drops count: unknown
  put_packet(body, frame, interface);
  return block(2, body);
}

PcapngBytes& PcapngBytes::block(std::uint32_t type, std::string_view body) {
  std::string padded(body);
  pad_to_word(padded);
  const auto length = static_cast<std::uint32_t>(padded.size() + 12);
  put(bytes_, type, order_);
  put(bytes_, length, order_);
  bytes_ += padded;
  put(bytes_, length, order_);
  return *this;
}

void PcapngBytes::put_packet(std::string& body, const TestFrame& frame,
                             std::uint32_t interface) const {
  const PcapngInterface clock = interface < interfaces_.size()
                                    ? interfaces_[interface]
                                    : PcapngInterface {};
  const std::uint64_t ticks = ticks_at(frame.time, clock);
  put(body, static_cast<std::uint32_t>(ticks >> 32), order_);
  put(body, static_cast<std::uint32_t>(ticks), order_);
  put(body, static_cast<std::uint32_t>(frame.bytes.size()), order_);
  put(body, frame.wire_length, order_);
  body += frame.bytes;
}

void PcapngBytes::put_option(std::string& body, std::uint16_t code,
                             std::string_view value) const {
  put(body, code, order_);
  put(body, static_cast<std::uint16_t>(value.size()), order_);
  body += value;
  pad_to_word(body);
}

std::string pcapng_bytes(const std::vector<TestFrame>& frames,
                         const PcapngInterface& interface) {
  PcapngBytes out;
  out.interface(interface);
  for (const TestFrame& frame : frames) out.enhanced(frame);
  return out.bytes();
}

}  // namespace flowtell
