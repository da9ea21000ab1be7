// SPDX-License-Identifier: Apache-2.0
//
// Statistics of a series of numbers. Each is defined for every series: it is 0
// where the usual formula divides by zero. Only + - * / and square root are
// used, whose results IEEE 754 fixes, so every machine computes the same bits.
#pragma once

#include <cstdint>
#include <span>

namespace flowtell {

using Values = std::span<const double>;

// Central moments of a population, and other statistics from the same two
// passes.
struct Moments {
  std::size_t count = 0;
  double mean = 0;
  double m2 = 0;  // the mean of (x - mean)^2, and so on
  double m3 = 0;
  double m4 = 0;
  double mean_deviation = 0;  // the mean of |x - mean|
  double min = 0;
  double max = 0;

  static Moments of(Values values);

  // Whether the values differ by more than rounding error.
  bool varies() const;

  double sample_variance() const;  // divides by n - 1; 0 for one value
  double sample_deviation() const;

  // g1 and g2 of the population (Joanes, Gill, The Statistician 1998); 0 for
  // values that do not vary.
  double population_skew() const;
  double population_kurtosis() const;
  // G1 (0 for fewer than 3 values) and G2 (0 for fewer than 4), corrected for
  // bias as in pandas.
  double sample_skew() const;
  double sample_kurtosis() const;
};

// The value below which `percent` of the sorted values lie, interpolated
// between neighbours (Hyndman, Fan, The American Statistician 1996, type 7);
// 0 for no values. REQUIRES: ascending order; 0 <= percent <= 100.
double percentile(Values sorted, double percent);

// part / whole; 0 for an empty whole.
double ratio(std::uint64_t part, std::uint64_t whole);

}  // namespace flowtell
