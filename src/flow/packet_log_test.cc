// SPDX-License-Identifier: Apache-2.0
#include "flow/packet_log.h"

#include <gtest/gtest.h>

#include "support/test_frame.h"

namespace flowtell {
namespace {

PacketRecord numbered(std::uint32_t number) {
  Packet packet{};
  packet.length = number;
  return PacketRecord(packet, Direction::kSent);
}

std::vector<std::uint32_t> numbers(const PacketLog& log,
                                   const PacketLog::Chain& chain) {
  std::vector<PacketRecord> records(3);  // content to be replaced
  log.gather(chain, records);
  std::vector<std::uint32_t> numbers;
  for (const PacketRecord& record : records) numbers.push_back(record.length);
  return numbers;
}

TEST(PacketLog, ReturnsEachChainInOrder) {
  PacketLog log;
  std::vector<PacketLog::Chain> chains(5);
  std::vector<std::vector<std::uint32_t>> expected(5);
  for (std::uint32_t i = 0; i < 100; ++i) {
    const std::size_t chain = i % 7 % 5;
    log.append(chains[chain], numbered(i));
    expected[chain].push_back(i);
    for (std::size_t c = 0; c < chains.size(); ++c) {
      ASSERT_EQ(numbers(log, chains[c]), expected[c]);
    }
  }
}

TEST(PacketLog, ReusesReleasedChunks) {
  PacketLog log;
  PacketLog::Chain kept;
  log.append(kept, numbered(1));
  const std::size_t held = log.held();
  for (int round = 0; round < 10; ++round) {
    PacketLog::Chain chain;
    for (std::uint32_t i = 0; i < 9; ++i) log.append(chain, numbered(i));
    EXPECT_EQ(log.held(), held + 12);
    log.release(chain);
    EXPECT_EQ(log.held(), held);
    EXPECT_TRUE(numbers(log, chain).empty());
  }
  EXPECT_EQ(numbers(log, kept), std::vector<std::uint32_t>{1});
}

TEST(PacketRecord, CopiesThePacketsFields) {
  Packet packet{};
  packet.time = kTestStart;
  packet.tcp_flags = kTcpSyn | kTcpRst | kTcpAck;
  packet.length = kMaxFrameSize;
  packet.payload_length = kMaxFrameSize - 40;
  const PacketRecord received(packet, Direction::kReceived);
  EXPECT_EQ(received.time, kTestStart);
  EXPECT_EQ(received.direction(), Direction::kReceived);
  EXPECT_EQ(received.length, kMaxFrameSize);
  EXPECT_EQ(received.payload_length, kMaxFrameSize - 40);
  EXPECT_EQ(received.syn, 1u);
  EXPECT_EQ(received.fin, 0u);
  EXPECT_EQ(received.rst, 1u);
  packet.tcp_flags = kTcpFin;
  const PacketRecord sent(packet, Direction::kSent);
  EXPECT_EQ(sent.direction(), Direction::kSent);
  EXPECT_EQ(sent.syn, 0u);
  EXPECT_EQ(sent.fin, 1u);
  EXPECT_EQ(sent.rst, 0u);
}

}  // namespace
}  // namespace flowtell
