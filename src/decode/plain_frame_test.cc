// SPDX-License-Identifier: Apache-2.0
#include "decode/plain_frame.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tuple>

#include "decode/decoder.h"
#include "support/packet_fields.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

auto fields_and_place(const Packet& packet) {
  return std::tuple(fields(packet), packet.payload.size(),
                    packet.payload.data());
}

Packet junk() {
  Packet packet{};
  packet.tcp_flags = 0xff;
  packet.tcp_sequence = 0xffffffff;
  packet.payload_length = 77;
  return packet;
}

TEST(PlainFrame, IsTakenAndReadAsTheGeneralWayReadsIt) {
  for (const TestFrame& made :
       {frame().ethernet().ipv4().tcp(40000, 443, kTcpSyn).payload(100).build(),
        frame().ethernet().ipv4().udp(5353, 53).payload(0).build()}) {
    Packet quick = junk();
    Packet slow = junk();
    ASSERT_TRUE(decode_plain_frame(made.view(), quick));
    ASSERT_EQ(Decoder().decode_any(made.view(), slow), Fate::kUsed);
    EXPECT_EQ(fields_and_place(quick), fields_and_place(slow));
  }
}

TEST(PlainFrame, IsNoneWithIpv6OrAnotherLink) {
  Packet packet{};
  EXPECT_FALSE(decode_plain_frame(
      frame().ethernet().ipv6().tcp().build().view(), packet));
  EXPECT_FALSE(
      decode_plain_frame(frame().raw().ipv4().tcp().build().view(), packet));
}

// Whatever bytes are changed or cut off: what is taken is what the general way
// takes, field by field.
RC_GTEST_PROP(PlainFrame, AgreesWithTheGeneralWayOnDamagedFrames, ()) {
  const TestFrame made = *rc::gen::element(
      frame().ethernet().ipv4().tcp(40000, 443, kTcpSyn).payload(20).build(),
      frame().ethernet().ipv4().udp(5353, 53).payload(20).build());
  Frame damaged = made.view();
  std::vector<std::uint8_t> bytes(damaged.bytes.begin(), damaged.bytes.end());
  const auto changes = *rc::gen::inRange(0, 4);
  for (int i = 0; i < changes; ++i) {
    bytes[*rc::gen::inRange<std::size_t>(14, 60)] =
        *rc::gen::arbitrary<std::uint8_t>();
  }
  if (*rc::gen::inRange(0, 4) == 0) {
    bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size() + 1));
  }
  damaged.bytes = bytes;
  Packet quick = junk();
  Packet slow = junk();
  if (!decode_plain_frame(damaged, quick)) return;
  RC_TAG("plain");
  RC_ASSERT(Decoder().decode_any(damaged, slow) == Fate::kUsed);
  RC_ASSERT(fields_and_place(quick) == fields_and_place(slow));
}

}  // namespace
}  // namespace flowtell
