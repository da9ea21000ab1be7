// SPDX-License-Identifier: Apache-2.0
#include "classify/power_cache.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

TEST(PowerCache, ReturnsEachPowerWithAnyCacheContent) {
  PowerCache power;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i <= 4000; ++i) {
      const double x = i / 1000.0;
      for (const double exponent : {0.0, 0.25, 0.7, 1.0, 2.5}) {
        EXPECT_EQ(power(x, exponent), portable_pow(x, exponent))
            << x << " to the power of " << exponent;
      }
    }
  }
}

}  // namespace
}  // namespace flowtell
