// SPDX-License-Identifier: Apache-2.0
#include "classify/device_store.h"

#include <gtest/gtest.h>

#include "support/test_frame.h"

namespace flowtell {
namespace {

// What a user of the store remembers.
struct TestMemory {
  Address device;
  RecencyLinks recency;
  std::vector<int> values;
};

using Values = std::vector<int>;
using Store = DeviceStore<TestMemory>;

Address device(std::uint32_t number) {
  const std::array<std::uint8_t, 4> bytes = {
      10, static_cast<std::uint8_t>(number >> 16),
      static_cast<std::uint8_t>(number >> 8),
      static_cast<std::uint8_t>(number)};
  return Address::v4(bytes);
}

void put(Store& store, std::uint32_t number, Values values) {
  store.update(device(number)).values = std::move(values);
}

TEST(DeviceStore, ReturnsWhatWasRememberedLast) {
  Store store;
  EXPECT_EQ(store.find(device(1)), nullptr);
  put(store, 1, {1});
  put(store, 2, {2});
  put(store, 1, {3});
  ASSERT_NE(store.find(device(1)), nullptr);
  EXPECT_EQ(store.find(device(1))->values, Values{3});
  EXPECT_EQ(store.find(device(1))->device, device(1));
  EXPECT_EQ(store.find(device(2))->values, Values{2});
  EXPECT_EQ(store.find(device(3)), nullptr);
}

TEST(DeviceStore, UpdatesTheMemoryOfAKnownDevice) {
  Store store;
  EXPECT_TRUE(store.update(device(1)).values.empty());
  put(store, 1, {1, 2});
  store.update(device(1)).values.push_back(3);
  EXPECT_EQ(store.find(device(1))->values, (Values{1, 2, 3}));
}

// The 100,001st device evicts the one updated least recently, which is not the
// first: that one was updated again.
TEST(DeviceStore, EvictsTheLeastRecentlyUpdatedDevice) {
  constexpr std::uint32_t kMax = 100'000;
  Store store;
  for (std::uint32_t i = 0; i < kMax; ++i) put(store, i, {7});
  put(store, 0, {8});
  const TestMemory* const oldest = store.find(device(1));
  EXPECT_NE(oldest, nullptr) << "nothing is evicted yet";
  EXPECT_TRUE(store.update(device(kMax)).values.empty())
      << "nothing of the evicted device remains";
  EXPECT_EQ(store.find(device(1)), nullptr);
  for (const std::uint32_t kept : {0u, 2u, kMax - 1, kMax}) {
    EXPECT_NE(store.find(device(kept)), nullptr) << kept;
  }
  EXPECT_EQ(store.find(device(0))->values, Values{8});
  EXPECT_EQ(store.find(device(kMax)), oldest) << "its memory is reused";
}

}  // namespace
}  // namespace flowtell
