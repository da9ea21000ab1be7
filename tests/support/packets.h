// SPDX-License-Identifier: Apache-2.0
//
// Decoded packets for tests, as a sequence in which time passes:
//
//   packets().syn().syn_ack().after(20ms).data(100).after(2s).reply(1400)
//
// A sequence has two ends: `near` (192.168.12.100:40000, in the LAN) and `far`
// (203.0.113.5:443), until `near` or `far` sets another.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "decode/packet.h"
#include "support/test_frame.h"

namespace flowtell {

struct TestEnd {
  TestEnd(std::string_view text, Port number)
      : address(test_address(text)), port(number) {}

  Address address;
  Port port;
};

class PacketSequence {
 public:
  PacketSequence& near(std::string_view address, Port port);
  PacketSequence& far(std::string_view address, Port port);
  PacketSequence& tcp();
  PacketSequence& udp();

  // Advances the time of the next packet.
  PacketSequence& after(Duration time);

  // Near to far; with payload it is a TCP Fast Open SYN (RFC 7413).
  PacketSequence& syn(std::uint32_t payload = 0);
  PacketSequence& syn_ack();                     // far to near
  PacketSequence& data(std::uint32_t payload);   // near to far
  PacketSequence& reply(std::uint32_t payload);  // far to near
  PacketSequence& fin();                         // near to far, without payload
  PacketSequence& rst();                         // the same

  // A range-based `for` needs a named sequence: in C++20 the temporary of
  // `packets().data(1)` does not live through the loop.
  auto begin() const { return packets_.begin(); }
  auto end() const { return packets_.end(); }
  std::size_t size() const { return packets_.size(); }

 private:
  PacketSequence& add(const TestEnd& from, const TestEnd& to,
                      std::uint8_t flags, std::uint32_t payload);

  TestEnd near_{"192.168.12.100", 40000};
  TestEnd far_{"203.0.113.5", 443};
  Protocol protocol_ = Protocol::kTcp;
  Timestamp now_ = kTestStart;
  std::vector<Packet> packets_;
};

inline PacketSequence packets() { return {}; }

// Two bursts of one device (two flows, one flow) and one of another device.
PacketSequence three_bursts();

}  // namespace flowtell
