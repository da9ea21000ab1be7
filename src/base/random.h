// SPDX-License-Identifier: Apache-2.0
//
// Seeded random numbers, the same on every machine and with every standard
// library (the distributions of <random> are not).
//
// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
// generators", OOPSLA 2014. Suitable for sampling, not for secrets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace flowtell {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  // The generator of the `stream`-th independent part of a seeded job, such as
  // one tree of a forest.
  Random(std::uint64_t seed, std::uint64_t stream)
      : state_(Random(seed).next() ^ Random(~stream).next()) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // A number in [0, bound) by multiply and shift (Lemire 2019). The bias is
  // below bound / 2^32. REQUIRES: bound > 0.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }

  // A number in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  // Shuffles the items (Fisher and Yates).
  template <typename T>
  void shuffle(std::span<T> items) {
    for (std::size_t left = items.size(); left > 1; --left) {
      std::swap(items[left - 1],
                items[below(static_cast<std::uint32_t>(left))]);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace flowtell
