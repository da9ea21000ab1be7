// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a pcapng file, block by block:
//
//   pcapng().interface({.resolution = 9}).enhanced(frame).bytes()
//
// The first section header is written automatically; `section` begins another.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/test_frame.h"

namespace flowtell {

struct PcapngInterface {
  LinkType link = LinkType::kEthernet;
  std::uint32_t snap_length = 0;
  // The value of if_tsresol; the option is omitted for microseconds.
  std::uint8_t resolution = 6;
  std::int64_t offset_seconds = 0;  // the option is omitted for 0
};

// An option of a packet block.
struct PcapngOption {
  std::uint16_t code = 0;
  std::string value;
};

class PcapngBytes {
 public:
  explicit PcapngBytes(ByteOrder order = ByteOrder::kLittle) { section(order); }

  PcapngBytes& section(ByteOrder order);
  PcapngBytes& interface(const PcapngInterface& interface = {});

  // Packet blocks. The frame's time is truncated to the interface's ticks.
  PcapngBytes& enhanced(const TestFrame& frame, std::uint32_t interface = 0,
                        const std::vector<PcapngOption>& options = {});
  PcapngBytes& simple(const TestFrame& frame);
  PcapngBytes& old_packet(const TestFrame& frame, std::uint16_t interface = 0);

  // PCAPdroid's block for the app of a UID.
  PcapngBytes& uid_map(std::int32_t uid, std::string_view package,
                       std::string_view name);
  // Apple's block for a process, and the option that refers to such a block.
  PcapngBytes& process(std::string_view name);
  PcapngOption process_option(std::uint16_t code, std::uint32_t number) const;

  // Any block, its body padded to words.
  PcapngBytes& block(std::uint32_t type, std::string_view body);

  const std::string& bytes() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }

 private:
  void put_packet(std::string& body, const TestFrame& frame,
                  std::uint32_t interface) const;
  void put_option(std::string& body, std::uint16_t code,
                  std::string_view value) const;

  std::string bytes_;
  ByteOrder order_ = ByteOrder::kLittle;
  std::vector<PcapngInterface> interfaces_;
};

inline PcapngBytes pcapng(ByteOrder order = ByteOrder::kLittle) {
  return PcapngBytes(order);
}

// A plain capture of one interface.
std::string pcapng_bytes(const std::vector<TestFrame>& frames,
                         const PcapngInterface& interface = {});

// The ticks of an interface at a time: a slow reference for TickClock.
std::uint64_t ticks_at(Timestamp time, const PcapngInterface& interface);

}  // namespace flowtell
