// SPDX-License-Identifier: Apache-2.0
//
// Caches x^y. Scores repeat, so the device filter raises the same few numbers
// to the same few weights, and one power costs as much as all its other work on
// a flow.
//
// One thread at a time. Memory: 512 results.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "base/portable_math.h"

namespace flowtell {

class PowerCache {
 public:
  PowerCache() : powers_(std::size_t{1} << kBits) {}

  // Returns portable_pow(x, exponent).
  double operator()(double x, double exponent) {
    Power& power = powers_[index_of(x, exponent)];
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

  // Multiplicative hashing: the upper bits of the product with a large odd
  // constant depend on all bits of the factor (Knuth, "The Art of Computer
  // Programming", 6.4).
  static std::size_t index_of(double x, double exponent) {
    const auto mixed =
        std::bit_cast<std::uint64_t>(x) * 0x9e3779b97f4a7c15 +
        std::bit_cast<std::uint64_t>(exponent) * 0xc2b2ae3d27d4eb4f;
    return static_cast<std::size_t>(mixed >> (64 - kBits));
  }

  std::vector<Power> powers_;
};

}  // namespace flowtell
