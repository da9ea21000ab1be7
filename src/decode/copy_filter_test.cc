// SPDX-License-Identifier: Apache-2.0
#include "decode/copy_filter.h"

#include <gtest/gtest.h>

#include "decode/decoder.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

constexpr std::size_t kIpAt = 14;

// A frame over Ethernet, and what a router, a mirror port or NAT changes of it.
struct Recorded {
  TestFrame frame;

  Recorded& id(std::uint8_t number) {
    frame.bytes[kIpAt + 5] = static_cast<char>(number);
    return *this;
  }
  Recorded& ttl(std::uint8_t hops) {
    const std::size_t at = frame.bytes[12] == '\x08' ? 8 : 7;
    frame.bytes[kIpAt + at] = static_cast<char>(hops);
    return *this;
  }
  Recorded& station(char last) {
    frame.bytes[11] = last;
    return *this;
  }
  Recorded& source(std::string_view address) {
    const Address from = test_address(address);
    for (std::size_t i = 0; i < 4; ++i) {
      frame.bytes[kIpAt + 12 + i] = static_cast<char>(from.bytes[12 + i]);
    }
    return *this;
  }
  Recorded& destination(std::string_view address) {
    const Address to = test_address(address);
    for (std::size_t i = 0; i < 4; ++i) {
      frame.bytes[kIpAt + 16 + i] = static_cast<char>(to.bytes[12 + i]);
    }
    return *this;
  }
};

Recorded segment(std::uint32_t sequence = 1000, std::size_t payload = 100) {
  return {frame()
              .ethernet()
              .ipv4()
              .tcp()
              .sequence(sequence)
              .payload(payload)
              .build()};
}

Recorded segment_v6(std::uint32_t sequence = 1000, std::size_t payload = 100) {
  return {frame()
              .ethernet()
              .ipv6()
              .tcp()
              .sequence(sequence)
              .payload(payload)
              .build()};
}

Recorded datagram(std::string_view text = "a datagram with some content") {
  return {frame().ethernet().ipv4().udp(5000, 6000).payload(text).build()};
}

class CopyTest : public testing::Test {
 protected:
  bool is_copy(const Recorded& recorded, Duration after = {}) {
    now_ += after;
    Frame frame = recorded.frame.view();
    frame.time = now_;
    frame.interface = interface_;
    Packet packet;
    EXPECT_EQ(decoder_.decode(frame, packet), FrameOutcome::kUsed);
    return filter_.is_copy(frame, packet);
  }

  Timestamp now_ = kTestStart;
  std::uint16_t interface_ = 0;
  Decoder decoder_;
  CopyFilter filter_;
};

using CopyFilterDrops = CopyTest;
using CopyFilterKeeps = CopyTest;

TEST_F(CopyFilterDrops, WhatARouterForwarded) {
  EXPECT_FALSE(is_copy(segment().id(1)));
  EXPECT_TRUE(is_copy(segment().id(1).ttl(63).station(9), 100us));
}

TEST_F(CopyFilterDrops, WhatARouterForwardedSlowly) {
  EXPECT_FALSE(is_copy(segment().id(1)));
  EXPECT_TRUE(is_copy(segment().id(1).ttl(63), 90ms));
}

TEST_F(CopyFilterDrops, WhatAMirrorPortShowsTwice) {
  EXPECT_FALSE(is_copy(segment().id(1)));
  EXPECT_TRUE(is_copy(segment().id(1), 20us));
}

TEST_F(CopyFilterDrops, EveryPortOfABridge) {
  EXPECT_FALSE(is_copy(segment().id(1)));
  interface_ = 1;
  EXPECT_TRUE(is_copy(segment().id(1), 2ms));
  interface_ = 2;
  EXPECT_TRUE(is_copy(segment().id(1), 2ms));
}

TEST_F(CopyFilterDrops, WhatHasAnotherTag) {
  const auto tagged = [](bool with_tag) {
    FrameBuilder builder = frame().ethernet();
    if (with_tag) builder.vlan();
    return Recorded{builder.ipv6().tcp().sequence(7).payload(10).build()};
  };
  EXPECT_FALSE(is_copy(tagged(true)));
  EXPECT_TRUE(is_copy(tagged(false), 1ms));
}

TEST_F(CopyFilterDrops, Ipv6ByItsHopLimitStationOrPlaceInTheStream) {
  EXPECT_FALSE(is_copy(segment_v6(1)));
  EXPECT_TRUE(is_copy(segment_v6(1).ttl(63), 2ms));
  EXPECT_FALSE(is_copy(segment_v6(2), 1s));
  EXPECT_TRUE(is_copy(segment_v6(2).station(9), 2ms));
  EXPECT_FALSE(is_copy(segment_v6(3), 1s));
  EXPECT_TRUE(is_copy(segment_v6(3), 20us));
}

TEST_F(CopyFilterDrops, TheOuterSideOfNatWhicheverComesFirst) {
  const auto outer = [] { return segment(1).id(1).source("198.51.100.7"); };
  EXPECT_FALSE(is_copy(segment(1).id(1)));
  EXPECT_TRUE(is_copy(outer().ttl(63), 100us));
  // The answer reaches the outer side first.
  EXPECT_TRUE(is_copy(
      segment(9).id(2).source("198.51.100.7").destination("203.0.113.5"),
      20ms));
}

TEST_F(CopyFilterDrops, TheOuterSideOfNatOnceItWasRecognised) {
  const auto answer = [](std::uint8_t id) {
    return segment(id).id(id).source("203.0.113.5");
  };
  // Only the first packet of an answer that comes first is counted twice.
  EXPECT_FALSE(is_copy(answer(1).destination("198.51.100.7").ttl(50)));
  EXPECT_FALSE(is_copy(answer(1).destination("192.168.12.100").ttl(49), 50us));
  EXPECT_TRUE(is_copy(answer(2).destination("198.51.100.7").ttl(50), 1ms));
  EXPECT_FALSE(is_copy(answer(2).destination("192.168.12.100").ttl(49), 50us));
}

TEST_F(CopyFilterDrops, UncertainCopiesWhileOthersAreCopied) {
  // Acknowledgements without an identification may really be sent twice.
  EXPECT_FALSE(is_copy(segment_v6(5, 0)));
  EXPECT_FALSE(is_copy(segment_v6(5, 0), 20us));
  for (std::uint32_t i = 10; i < 14; ++i) {
    EXPECT_FALSE(is_copy(segment_v6(i), 1ms));
    EXPECT_TRUE(is_copy(segment_v6(i), 20us));
  }
  EXPECT_FALSE(is_copy(segment_v6(6, 0), 1ms));
  EXPECT_TRUE(is_copy(segment_v6(6, 0), 20us));
}

TEST_F(CopyFilterKeeps, RetransmissionsWithAnotherIdentification) {
  EXPECT_FALSE(is_copy(segment().id(1)));
  EXPECT_FALSE(is_copy(segment().id(2), 20us));
  EXPECT_FALSE(is_copy(segment().id(3).ttl(63), 20us));
}

TEST_F(CopyFilterKeeps, RetransmissionsThatComeLater) {
  EXPECT_FALSE(is_copy(segment().id(1)));
  EXPECT_FALSE(is_copy(segment().id(1), 1ms));
  EXPECT_FALSE(is_copy(segment().id(1), 200ms));
  EXPECT_FALSE(is_copy(segment_v6(), 1ms));
  EXPECT_FALSE(is_copy(segment_v6(), 1ms));
  EXPECT_FALSE(is_copy(segment_v6().station(9), 20ms));
}

TEST_F(CopyFilterKeeps, RepeatedAcknowledgementsAndDatagramsWithoutNumbers) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(is_copy(segment_v6(5, 0), 10us)) << i;
    EXPECT_FALSE(is_copy(datagram(), 10us)) << i;
  }
}

TEST_F(CopyFilterKeeps, TheSameContentOfTwoDevices) {
  EXPECT_FALSE(is_copy(datagram().id(1)));
  EXPECT_FALSE(is_copy(datagram().id(1).source("192.168.12.101"), 20us));
  EXPECT_FALSE(
      is_copy(datagram().id(1).source("192.168.12.102").station(3), 20us));
}

TEST_F(CopyFilterKeeps, PacketsThatDifferInLengthFlagsOrContent) {
  EXPECT_FALSE(is_copy(segment(1, 100).id(1)));
  EXPECT_FALSE(is_copy(segment(1, 101).id(1).ttl(63), 20us));
  EXPECT_FALSE(is_copy(segment(2, 100).id(1).ttl(63), 20us));
  EXPECT_FALSE(is_copy(datagram("content one").id(1), 20us));
  EXPECT_FALSE(is_copy(datagram("content two").id(1).ttl(63), 20us));
}

TEST_F(CopyFilterKeeps, WhatSeveralRoutersForwarded) {
  EXPECT_FALSE(is_copy(segment().id(1).ttl(64)));
  EXPECT_FALSE(is_copy(segment().id(1).ttl(60), 20us));
}

}  // namespace
}  // namespace flowtell
