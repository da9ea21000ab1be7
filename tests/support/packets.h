// SPDX-License-Identifier: Apache-2.0
//
// Decoded packets for tests, told as a story in which time passes:
//
//   packets().syn().syn_ack().after(20ms).data(100).after(2s).reply(1400)
//
// A story is of two ends: `near` (192.168.12.100:40000, in the LAN) and `far`
// (203.0.113.5:443), until `near` or `far` names others.
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

class PacketStory {
 public:
  PacketStory& near(std::string_view address, Port port);
  PacketStory& far(std::string_view address, Port port);
  PacketStory& tcp();
  PacketStory& udp();

  // Time that passes before what comes next.
  PacketStory& after(Duration time);

  // Near to far; with payload it is TCP Fast Open's (RFC 7413).
  PacketStory& syn(std::uint32_t payload = 0);
  PacketStory& syn_ack();                     // far to near
  PacketStory& data(std::uint32_t payload);   // near to far
  PacketStory& reply(std::uint32_t payload);  // far to near
  PacketStory& fin();                         // near to far, without payload
  PacketStory& rst();                         // the same

  // A story must have a name before it is walked: the `for` of C++20 does not
  // keep what `packets().data(1)` was made of.
  auto begin() const { return packets_.begin(); }
  auto end() const { return packets_.end(); }
  std::size_t size() const { return packets_.size(); }

 private:
  PacketStory& add(const TestEnd& from, const TestEnd& to, std::uint8_t flags,
                   std::uint32_t payload);

  TestEnd near_{"192.168.12.100", 40000};
  TestEnd far_{"203.0.113.5", 443};
  Protocol protocol_ = Protocol::kTcp;
  Timestamp now_ = kTestStart;
  std::vector<Packet> packets_;
};

inline PacketStory packets() { return {}; }

// Two bursts of one device, of two flows and of one, and a third of another.
PacketStory three_bursts();

}  // namespace flowtell
