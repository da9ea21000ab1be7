// SPDX-License-Identifier: Apache-2.0
#include "decode/plain_frame.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <tuple>
#include <vector>

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
    ASSERT_EQ(Decoder().decode_any(made.view(), slow), FrameOutcome::kUsed);
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

// Below `end`, each as likely from the first run on (RapidCheck begins small).
std::size_t any_below(std::size_t end) {
  return *rc::gen::resize(rc::kNominalSize,
                          rc::gen::inRange<std::size_t>(0, end));
}

// Of short datagrams most are padded, as Ethernet's frames of at least 60 bytes
// are.
TestFrame some_plain_frame() {
  FrameBuilder built = frame().ethernet().ipv4();
  if (any_below(2) == 0) {
    built.tcp(40000, 443, kTcpSyn, static_cast<unsigned>(any_below(3)));
  } else {
    built.udp(5353, 53);
  }
  return built.payload(any_below(20))
      .padding(*rc::gen::element<std::size_t>(0, 1, 6, 18, 46));
}

Frame damaged(const TestFrame& made, std::vector<std::uint8_t>& bytes) {
  bytes.assign(made.bytes.begin(), made.bytes.end());
  // Often none: what was changed is seldom a plain frame still.
  const auto changes = *rc::gen::element(0, 0, 1, 2, 3);
  for (int i = 0; i < changes; ++i) {
    bytes[12 + any_below(bytes.size() - 12)] =
        static_cast<std::uint8_t>(any_below(256));
  }
  if (any_below(4) == 0) bytes.resize(any_below(bytes.size() + 1));
  Frame frame = made.view();
  frame.bytes = bytes;
  return frame;
}

// Whatever bytes are changed or cut off: what is taken is what the general way
// takes, field by field. How often this says anything is counted.
TEST(PlainFrame, AgreesWithTheGeneralWayOnDamagedFrames) {
  int runs = 0;
  int plain = 0;
  int padded = 0;
  EXPECT_TRUE(rc::check([&] {
    ++runs;
    std::vector<std::uint8_t> bytes;
    const Frame frame = damaged(some_plain_frame(), bytes);
    Packet quick = junk();
    Packet slow = junk();
    if (!decode_plain_frame(frame, quick)) return;
    ++plain;
    if (frame.bytes.size() > 14 + quick.length) ++padded;
    RC_ASSERT(Decoder().decode_any(frame, slow) == FrameOutcome::kUsed);
    RC_ASSERT(fields_and_place(quick) == fields_and_place(slow));
  }));
  EXPECT_GT(plain, runs / 3);
  EXPECT_GT(padded, runs / 5);
}

}  // namespace
}  // namespace flowtell
