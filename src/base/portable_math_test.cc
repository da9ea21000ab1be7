// SPDX-License-Identifier: Apache-2.0
//
// The bits pinned here must never change: models trained with a seed would.
#include "base/portable_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/random.h"

namespace flowtell {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kUnit = 0x1p-52;  // upper bound of a unit in the last place

double relative_error(double value, double exact) {
  return std::abs(value - exact) / std::abs(exact);
}

TEST(PortableMath, IsAccurate) {
  Random random(1);
  double exp = 0, exp2 = 0, log = 0, log_near_1 = 0, pow = 0;
  for (int i = 0; i < 200'000; ++i) {
    const double x = 1400 * random.unit() - 700;
    exp = std::max(exp, relative_error(portable_exp(x), std::exp(x)));
    exp2 = std::max(exp2, relative_error(portable_exp2(x), std::exp2(x)));
    const double any = std::ldexp(0.5 + random.unit(), static_cast<int>(x));
    log = std::max(log, relative_error(portable_log(any), std::log(any)));
    const double near_1 = 1 + std::ldexp(x, -12);
    log_near_1 = std::max(
        log_near_1, relative_error(portable_log(near_1), std::log(near_1)));
    const double share = random.unit(), power = 20 * random.unit();
    pow = std::max(pow, relative_error(portable_pow(share, power),
                                       std::pow(share, power)));
  }
  EXPECT_LE(exp, 4 * kUnit);
  EXPECT_LE(exp2, 4 * kUnit);
  EXPECT_LE(log, 4 * kUnit);
  EXPECT_LE(log_near_1, 4 * kUnit);
  EXPECT_LE(pow, 1e-12);
}

TEST(PortableMath, IsExactForRepresentableResults) {
  EXPECT_EQ(portable_exp(0), 1);
  for (const int twos : {-1074, -1022, -1, 0, 1, 52, 1023}) {
    EXPECT_EQ(portable_exp2(twos), std::ldexp(1, twos)) << twos;
  }
  EXPECT_EQ(portable_log(1), 0);
  for (const double x : {0.0, 0x1p-1074, 0.1, 1.0, 12345.6789, kInfinity}) {
    EXPECT_EQ(portable_pow(x, 1), x);
    EXPECT_EQ(portable_pow(x, 0), 1);
  }
  EXPECT_EQ(portable_pow(1, 300), 1);
}

TEST(PortableMath, MatchesTheLibraryAtTheRangeEnds) {
  for (const double x :
       {0.0, 709.7, 709.8, 711.0, 1e300, -708.5, -744.0, -745.0, -745.2, -750.0,
        -1e300, kInfinity, -kInfinity}) {
    EXPECT_DOUBLE_EQ(portable_exp(x), std::exp(x)) << x;
  }
  for (const double x : {1023.9, 1024.0, 1e300, -1022.5, -1073.9, -1075.5,
                         -1080.0, -1e300, kInfinity, -kInfinity}) {
    EXPECT_DOUBLE_EQ(portable_exp2(x), std::exp2(x)) << x;
  }
  for (const double x : {0.0, 0x1p-1074, 1e-310, 0x1p-1022, 0.7071, 0.70711,
                         1.4142, 1.4143, 1e300, kInfinity}) {
    EXPECT_DOUBLE_EQ(portable_log(x), std::log(x)) << x;
  }
  EXPECT_EQ(portable_pow(0, 2), 0);
  EXPECT_EQ(portable_pow(0, -2), kInfinity);
  EXPECT_EQ(portable_pow(2, 5000), kInfinity);
  EXPECT_EQ(portable_pow(0.5, 5000), 0);
}

TEST(PortableMath, PropagatesNaN) {
  EXPECT_TRUE(std::isnan(portable_exp(kNaN)));
  EXPECT_TRUE(std::isnan(portable_exp2(kNaN)));
  EXPECT_TRUE(std::isnan(portable_log(kNaN)));
  EXPECT_TRUE(std::isnan(portable_pow(kNaN, 2)));
  EXPECT_TRUE(std::isnan(portable_log(-1)));
}

// Hash of the bits of many results.
template <typename Function>
std::uint64_t bits_of(Function&& function) {
  Random random(2);
  std::uint64_t all = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto bits = std::bit_cast<std::uint64_t>(function(random));
    all = std::rotl(all, 7) * 0x9e3779b97f4a7c15 + bits;
  }
  return all;
}

TEST(PortableMath, ReproducesPinnedBits) {
  EXPECT_EQ(bits_of([](Random& r) { return portable_exp(99 * r.unit() - 66); }),
            1828254955770803588u);
  EXPECT_EQ(bits_of([](Random& r) { return portable_exp2(-99 * r.unit()); }),
            13901785440760828650u);
  EXPECT_EQ(bits_of([](Random& r) { return portable_log(9 * r.unit()); }),
            1730082052677504800u);
  EXPECT_EQ(bits_of([](Random& r) {
              const double x = r.unit();
              return portable_pow(x, 9 * r.unit());
            }),
            6534246605596366752u);
}

}  // namespace
}  // namespace flowtell
