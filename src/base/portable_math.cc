// SPDX-License-Identifier: Apache-2.0
//
// Standard range reduction (Muller, "Elementary Functions", chapter 11): the
// exponent takes the large part, exactly, and a short series covers the rest.
// std::ldexp, std::frexp and std::floor are exact.
#include "base/portable_math.h"

#include <array>
#include <cmath>
#include <limits>

namespace flowtell {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kLn2 = 0x1.62e42fefa39efp-1;

// kLn2 as a sum of two parts. The first has enough trailing zeros that its
// product with any exponent is exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

// e^x = 1 + x + x^2 / 2! + ...; the first omitted term is below 2^-57.
constexpr auto kOneOverFactorials = [] {
  std::array<double, 14> all{1};
  double factorial = 1;
  for (std::size_t n = 1; n < all.size(); ++n) {
    factorial *= static_cast<double>(n);
    all[n] = 1 / factorial;
  }
  return all;
}();

// ln((1 + s) / (1 - s)) = 2s (1 + s^2 / 3 + s^4 / 5 + ...): the factors from
// s^2 on; the first omitted term is below 2^-58.
constexpr auto kOneOverOdds = [] {
  std::array<double, 10> all{};
  for (std::size_t n = 0; n < all.size(); ++n) {
    all[n] = 1 / static_cast<double>(2 * n + 3);
  }
  return all;
}();

template <std::size_t kTerms>
double series(const std::array<double, kTerms>& factors, double x) {
  double sum = 0;
  for (auto factor = factors.rbegin(); factor != factors.rend(); ++factor) {
    sum = sum * x + *factor;
  }
  return sum;
}

// REQUIRES: |x| is at most ln 2 / 2, give or take rounding.
double exp_of_small(double x) { return series(kOneOverFactorials, x); }

int nearest(double x) { return static_cast<int>(std::floor(x + 0.5)); }

}  // namespace

double portable_exp(double x) {
  if (std::isnan(x)) return x;
  if (x > 710) return kInfinity;
  if (x < -746) return 0;
  const int twos = nearest(x / kLn2);
  return std::ldexp(exp_of_small((x - twos * kLn2High) - twos * kLn2Low), twos);
}

double portable_exp2(double x) {
  if (std::isnan(x)) return x;
  if (x >= 1024) return kInfinity;
  if (x < -1076) return 0;
  const int twos = nearest(x);
  return std::ldexp(exp_of_small((x - twos) * kLn2), twos);
}

double portable_log(double x) {
  if (std::isnan(x) || x == kInfinity) return x;
  if (x == 0) return -kInfinity;
  if (x < 0) return kNaN;
  int twos = 0;
  double rest = std::frexp(x, &twos);  // x = rest * 2^twos
  constexpr double kRootOfHalf = 0x1.6a09e667f3bcdp-1;
  if (rest < kRootOfHalf) {
    rest *= 2;
    --twos;
  }
  const double above = rest - 1;
  const double s = above / (2 + above);
  const double low = 2 * s * (s * s) * series(kOneOverOdds, s * s);
  return twos * kLn2High + (2 * s + (low + twos * kLn2Low));
}

double portable_pow(double x, double power) {
  if (power == 1) return x;
  if (power == 0) return 1;
  return portable_exp(power * portable_log(x));
}

}  // namespace flowtell
