// SPDX-License-Identifier: Apache-2.0
//
// Powers of probabilities, remembered. Scorers repeat themselves, so the same
// few numbers are raised to the same few weights again and again, and a power
// costs as much as the rest of a flow's weighing.
//
// Memory: 512 powers. One thread at a time.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "base/portable_math.h"

namespace flowtell {

class PowerCache {
 public:
  PowerCache() : powers_(std::size_t{1} << kBits) {}

  // x to that power, by portable_pow.
  double operator()(double x, double exponent) {
    Power& power = powers_[place_of(x, exponent)];
    if (power.x != x || power.exponent != exponent) {
      power = {x, exponent, portable_pow(x, exponent)};
    }
    return power.value;
  }

 private:
  static constexpr int kBits = 9;

  struct Power {
    double x = 1;
    double exponent = 0;
    double value = 1;
  };

  // Multiplied by odd numbers without a pattern, the upper bits of a product
  // depend on all bits of a factor (Knuth, "The Art of Computer Programming",
  // 6.4).
  static std::size_t place_of(double x, double exponent) {
    const auto mixed =
        std::bit_cast<std::uint64_t>(x) * 0x9e3779b97f4a7c15 +
        std::bit_cast<std::uint64_t>(exponent) * 0xc2b2ae3d27d4eb4f;
    return static_cast<std::size_t>(mixed >> (64 - kBits));
  }

  std::vector<Power> powers_;
};

}  // namespace flowtell
