// SPDX-License-Identifier: Apache-2.0
//
// Frames for tests, built from the outermost header inwards. All lengths and
// "next protocol" fields are filled in:
//
//   frame().ethernet().vlan().ipv4().tcp(40000, 443, kTcpSyn).build()
//   frame().ethernet().ipv6().extension(0).udp(5000, 53).payload(30).snap(60)
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include "capture/frame_source.h"
#include "decode/packet.h"

namespace flowtell {

using namespace std::chrono_literals;

// The start time of the test captures: 2019-04-03T17:21:09Z.
inline constexpr Timestamp kTestStart{1'554'312'069s};

// REQUIRES: the text is an address.
Address test_address(std::string_view text);

// A frame that owns its bytes.
struct TestFrame {
  std::string bytes;
  std::uint32_t wire_length = 0;
  LinkType link = LinkType::kEthernet;
  Timestamp time = kTestStart;

  // Valid during the lifetime of this frame.
  Frame view() const { return {time, as_bytes(bytes), wire_length, link}; }

  bool operator==(const TestFrame&) const = default;
};

// The whole frame, for test failures.
std::ostream& operator<<(std::ostream& out, const TestFrame& frame);

struct TestFragment {
  std::uint32_t identification = 0;
  std::uint16_t offset = 0;  // in units of 8 bytes
  bool more = false;         // fragments follow
};

class FrameBuilder {
 public:
  // --- link headers: exactly one of these comes first -----------------------
  FrameBuilder& ethernet();
  FrameBuilder& linux_sll();
  FrameBuilder& linux_sll2();
  FrameBuilder& raw(LinkType link = LinkType::kRaw);
  // `family` 0 is replaced by that of the next IP header (2 or 10).
  FrameBuilder& null(ByteOrder order, std::uint32_t family = 0);
  FrameBuilder& loop();

  // --- between the link and IP ----------------------------------------------
  FrameBuilder& vlan(std::uint16_t tag_type = 0x8100);
  FrameBuilder& pppoe();
  // Sets the next type where no method here writes it.
  FrameBuilder& ether_type(std::uint16_t type);

  // --- IP -------------------------------------------------------------------
  FrameBuilder& ipv4(std::string_view source = "192.168.12.100",
                     std::string_view destination = "203.0.113.5",
                     unsigned option_words = 0);
  FrameBuilder& ipv6(std::string_view source = "fd00::100",
                     std::string_view destination = "2001:db8::5");
  // An IPv6 extension header of `units` units of its kind beyond the shortest.
  FrameBuilder& extension(std::uint8_t kind, std::uint8_t units = 0);
  FrameBuilder& fragment(const TestFragment& fragment);
  FrameBuilder& protocol(std::uint8_t number);
  // The length in the IP header, in place of the true one.
  FrameBuilder& stated_length(std::uint16_t length);

  // --- above IP -------------------------------------------------------------
  FrameBuilder& tcp(Port source = 40000, Port destination = 443,
                    std::uint8_t flags = kTcpAck, unsigned option_words = 0);
  FrameBuilder& sequence(std::uint32_t number);
  // The header length in the TCP header, in words of 4 bytes.
  FrameBuilder& data_offset(unsigned words);
  FrameBuilder& udp(Port source = 40000, Port destination = 443);
  FrameBuilder& payload(std::size_t count);
  FrameBuilder& payload(std::string_view bytes);

  // --- the frame as a whole -------------------------------------------------
  // Link padding after the datagram.
  FrameBuilder& padding(std::size_t count);
  // Captures at most `length` bytes.
  FrameBuilder& snap(std::size_t length);
  FrameBuilder& at(Timestamp time);

  TestFrame build() const;
  operator TestFrame() const { return build(); }

 private:
  enum class Follows {
    kUnknown,
    kEtherType,
    kPppProtocol,
    kFamilyLittle,
    kFamilyBig,
    kIpProtocol,
  };

  void set_type(std::uint16_t type);
  void set_ip(bool is_v6);
  void follows_at(std::size_t at, Follows what);
  void zeros(std::size_t count) { bytes_.append(count, '\0'); }
  void u8(unsigned value) { bytes_ += static_cast<char>(value); }
  void u16(std::uint16_t value);

  std::string bytes_;
  LinkType link_ = LinkType::kEthernet;
  Timestamp time_ = kTestStart;
  Follows follows_ = Follows::kUnknown;
  std::size_t follows_at_ = 0;
  std::optional<std::size_t> pppoe_at_;
  std::optional<std::size_t> ipv4_at_;
  std::optional<std::size_t> ipv6_at_;
  std::optional<std::size_t> tcp_at_;
  std::optional<std::size_t> udp_at_;
  std::optional<std::uint16_t> stated_length_;
  std::optional<std::size_t> datagram_end_;
  std::optional<std::size_t> snap_;
};

inline FrameBuilder frame() { return {}; }

}  // namespace flowtell
