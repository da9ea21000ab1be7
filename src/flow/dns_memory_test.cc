// SPDX-License-Identifier: Apache-2.0
#include "flow/dns_memory.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>

#include "support/test_frame.h"

namespace flowtell {
namespace {

const Address kPhone = test_address("192.168.12.100");
const Address kTablet = test_address("192.168.12.101");
const Address kRemote = test_address("203.0.113.5");
constexpr NameId kName{1, 1};
constexpr NameId kOther{2, 2};

TEST(DnsMemory, SeparatesDevices) {
  DnsMemory memory;
  memory.remember({kPhone, kRemote, kName, 1h}, kTestStart);
  EXPECT_EQ(memory.find(kPhone, kRemote, kTestStart), kName);
  EXPECT_TRUE(memory.find(kTablet, kRemote, kTestStart).is_none());
}

TEST(DnsMemory, UsesTheNewestAnswer) {
  DnsMemory memory;
  memory.remember({kPhone, kRemote, kName, 1h}, kTestStart);
  memory.remember({kPhone, kRemote, kOther, 1h}, kTestStart + 1s);
  EXPECT_EQ(memory.find(kPhone, kRemote, kTestStart + 1s), kOther);
  EXPECT_EQ(memory.size(), 3u) << "an address and two names";
}

TEST(DnsMemory, RemembersLookups) {
  DnsMemory memory;
  memory.remember({kPhone, kRemote, kName, 1h}, kTestStart);
  memory.remember({kPhone, kRemote, kOther, 2h}, kTestStart);
  const auto has = [&](const Address& device, NameId name, Duration after) {
    return memory.has_looked_up(device, name, kTestStart + after);
  };
  EXPECT_TRUE(has(kPhone, kOther, 2h));
  EXPECT_TRUE(has(kPhone, kName, 1h)) << "of an earlier answer";
  EXPECT_FALSE(has(kPhone, kName, 1h + 1ns));
  EXPECT_FALSE(has(kTablet, kOther, 0h));
  EXPECT_FALSE(has(kPhone, {kOther.slot, kName.generation}, 0h));
  EXPECT_FALSE(has(kPhone, {kName.slot, kOther.generation}, 0h));
}

TEST(DnsMemory, ExpiresAnswers) {
  DnsMemory memory;
  const auto lasts = [&](Duration lifetime, Duration expected) {
    memory.remember({kPhone, kRemote, kName, lifetime}, kTestStart);
    return !memory.find(kPhone, kRemote, kTestStart + expected).is_none() &&
           memory.find(kPhone, kRemote, kTestStart + expected + 1ns).is_none();
  };
  EXPECT_TRUE(lasts(1h, 1h));
  EXPECT_TRUE(lasts(0s, DnsMemory::kMinTtl));
  EXPECT_TRUE(lasts(1000h, DnsMemory::kMaxTtl));
  EXPECT_EQ(memory.size(), 1u) << "the name";
}

TEST(DnsMemory, UsesMulticastAnswersForDevicesWithoutTheirOwn) {
  DnsMemory memory;
  memory.remember({DnsMemory::all_devices(), kRemote, kName, 1h}, kTestStart);
  memory.remember({kPhone, kRemote, kOther, 1h}, kTestStart);
  EXPECT_EQ(memory.find(kTablet, kRemote, kTestStart), kName);
  EXPECT_EQ(memory.find(kPhone, kRemote, kTestStart), kOther);
}

TEST(DnsMemory, StaysWithinItsBound) {
  DnsMemory memory(10);
  memory.remember({kPhone, kRemote, kName, 1h}, kTestStart);
  for (int i = 0; i < 1000; ++i) {
    const Address flood =
        test_address(fmt::format("10.1.{}.{}", i / 250, i % 250));
    memory.remember({kPhone, flood, kOther, 1h}, kTestStart);
    // Used each time, and so never evicted.
    ASSERT_EQ(memory.find(kPhone, kRemote, kTestStart), kName);
  }
  EXPECT_EQ(memory.size(), 10u);
}

TEST(DnsMemory, CountsARepeatedAnswerAsUse) {
  DnsMemory memory(4);
  const Address second = test_address("203.0.113.6");
  const Address third = test_address("203.0.113.7");
  memory.remember({kPhone, kRemote, kName, 1h}, kTestStart);
  memory.remember({kPhone, second, kOther, 1h}, kTestStart);
  memory.remember({kPhone, kRemote, kName, 1h}, kTestStart);
  memory.remember({kPhone, third, kOther, 1h}, kTestStart);
  EXPECT_EQ(memory.find(kPhone, kRemote, kTestStart), kName);
  EXPECT_TRUE(memory.find(kPhone, second, kTestStart).is_none());
}

TEST(DnsMemory, FallsBackToMulticastWhenItsOwnAnswerExpires) {
  DnsMemory memory;
  memory.remember({DnsMemory::all_devices(), kRemote, kName, 2h}, kTestStart);
  memory.remember({kPhone, kRemote, kOther, 1h}, kTestStart);
  EXPECT_EQ(memory.find(kPhone, kRemote, kTestStart + 1h), kOther);
  EXPECT_EQ(memory.find(kPhone, kRemote, kTestStart + 1h + 1ns), kName);
  EXPECT_EQ(memory.size(), 3u) << "the multicast answer, and two names";
}

TEST(DnsMemory, MeasuresTheLifetimeFromTheNewestAnswer) {
  DnsMemory memory;
  memory.remember({kPhone, kRemote, kName, 1h}, kTestStart);
  memory.remember({kPhone, kRemote, kName, 10min}, kTestStart + 10min);
  EXPECT_EQ(memory.find(kPhone, kRemote, kTestStart + 20min), kName);
  EXPECT_TRUE(memory.find(kPhone, kRemote, kTestStart + 20min + 1ns).is_none());
}

TEST(DnsMemory, HasADefaultBound) {
  DnsMemory memory;
  for (std::uint32_t i = 0; i < DnsMemory::kMaxSize + 1000; ++i) {
    const std::array<std::uint8_t, 4> flood = {
        10, static_cast<std::uint8_t>(i >> 16),
        static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
    memory.remember({kPhone, Address::v4(flood), kOther, 1h}, kTestStart);
  }
  EXPECT_EQ(memory.size(), 65'536u);
}

}  // namespace
}  // namespace flowtell
