// SPDX-License-Identifier: Apache-2.0
#include "decode/decoder.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <tuple>
#include <vector>

#include "support/packet_fields.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

auto fields_and_payload(const Packet& packet) {
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

TEST(PlainFrame, IsDecodedLikeOnTheGeneralPath) {
  for (const TestFrame& made :
       {frame().ethernet().ipv4().tcp(40000, 443, kTcpSyn).payload(100).build(),
        frame().ethernet().ipv4().udp(5353, 53).payload(0).build()}) {
    Packet fast = junk();
    Packet general = junk();
    ASSERT_TRUE(decode_plain_frame(made.view(), fast));
    ASSERT_EQ(Decoder().decode_any(made.view(), general), FrameOutcome::kUsed);
    EXPECT_EQ(fields_and_payload(fast), fields_and_payload(general));
  }
}

TEST(PlainFrame, ExcludesIpv6AndOtherLinks) {
  Packet packet{};
  EXPECT_FALSE(decode_plain_frame(
      frame().ethernet().ipv6().tcp().build().view(), packet));
  EXPECT_FALSE(
      decode_plain_frame(frame().raw().ipv4().tcp().build().view(), packet));
}

// A uniform number below `end` from the first run on (RapidCheck starts small).
std::size_t uniform_below(std::size_t end) {
  return *rc::gen::resize(rc::kNominalSize,
                          rc::gen::inRange<std::size_t>(0, end));
}

// Most of these short datagrams are padded, as in Ethernet frames of at least
// 60 bytes.
TestFrame some_plain_frame() {
  FrameBuilder built = frame().ethernet().ipv4();
  if (uniform_below(2) == 0) {
    built.tcp(40000, 443, kTcpSyn, static_cast<unsigned>(uniform_below(3)));
  } else {
    built.udp(5353, 53);
  }
  return built.payload(uniform_below(20))
      .padding(*rc::gen::element<std::size_t>(0, 1, 6, 18, 46));
}

Frame damaged(const TestFrame& made, std::vector<std::uint8_t>& bytes) {
  bytes.assign(made.bytes.begin(), made.bytes.end());
  // Often none, as a changed frame is rarely still plain.
  const auto changes = *rc::gen::element(0, 0, 1, 2, 3);
  for (int i = 0; i < changes; ++i) {
    bytes[12 + uniform_below(bytes.size() - 12)] =
        static_cast<std::uint8_t>(uniform_below(256));
  }
  if (uniform_below(4) == 0) bytes.resize(uniform_below(bytes.size() + 1));
  Frame frame = made.view();
  frame.bytes = bytes;
  return frame;
}

// For any changed or missing bytes, a frame accepted by the fast path decodes
// to the same fields on the general path. Counts how often this is exercised.
TEST(PlainFrame, MatchesTheGeneralPathOnDamagedFrames) {
  int runs = 0;
  int plain = 0;
  int padded = 0;
  EXPECT_TRUE(rc::check([&] {
    ++runs;
    std::vector<std::uint8_t> bytes;
    const Frame frame = damaged(some_plain_frame(), bytes);
    Packet fast = junk();
    Packet general = junk();
    if (!decode_plain_frame(frame, fast)) return;
    ++plain;
    if (frame.bytes.size() > 14 + fast.length) ++padded;
    RC_ASSERT(Decoder().decode_any(frame, general) == FrameOutcome::kUsed);
    RC_ASSERT(fields_and_payload(fast) == fields_and_payload(general));
  }));
  EXPECT_GT(plain, runs / 3);
  EXPECT_GT(padded, runs / 5);
}

}  // namespace
}  // namespace flowtell
