// SPDX-License-Identifier: Apache-2.0
#include "classify/posterior_store.h"

#include <gtest/gtest.h>

#include "support/test_frame.h"

namespace flowtell {
namespace {

using Apps = std::vector<double>;

Address device(std::uint32_t number) {
  const std::array<std::uint8_t, 4> bytes = {
      10, static_cast<std::uint8_t>(number >> 16),
      static_cast<std::uint8_t>(number >> 8),
      static_cast<std::uint8_t>(number)};
  return Address::v4(bytes);
}

TEST(PosteriorStore, ReturnsTheLastPosteriorPut) {
  PosteriorStore store;
  EXPECT_EQ(store.find(device(1)), nullptr);
  store.put(device(1), kTestStart, Apps{0.25, 0.75});
  store.put(device(2), kTestStart + 1s, Apps{1, 0});
  store.put(device(1), kTestStart + 2s, Apps{0.5, 0.5});
  ASSERT_NE(store.find(device(1)), nullptr);
  EXPECT_EQ(store.find(device(1))->apps, (Apps{0.5, 0.5}));
  EXPECT_EQ(store.find(device(1))->last, kTestStart + 2s);
  EXPECT_EQ(store.find(device(2))->apps, (Apps{1, 0}));
  EXPECT_EQ(store.find(device(3)), nullptr);
}

// The 100,001st device evicts the one updated least recently, which is not the
// first: that one was updated again.
TEST(PosteriorStore, EvictsTheLeastRecentlyUpdatedDevice) {
  constexpr std::uint32_t kMax = 100'000;
  PosteriorStore store;
  for (std::uint32_t i = 0; i < kMax; ++i) {
    store.put(device(i), kTestStart, Apps{0.5, 0.5});
  }
  store.put(device(0), kTestStart + 1s, Apps{0.5, 0.5});
  const DevicePosterior* const oldest = store.find(device(1));
  EXPECT_NE(oldest, nullptr) << "nothing is evicted yet";
  store.put(device(kMax), kTestStart + 2s, Apps{0, 1});
  EXPECT_EQ(store.find(device(1)), nullptr);
  for (const std::uint32_t kept : {0u, 2u, kMax - 1, kMax}) {
    EXPECT_NE(store.find(device(kept)), nullptr) << kept;
  }
  EXPECT_EQ(store.find(device(kMax))->apps, (Apps{0, 1}));
  EXPECT_EQ(store.find(device(kMax)), oldest) << "its memory is reused";
}

}  // namespace
}  // namespace flowtell
