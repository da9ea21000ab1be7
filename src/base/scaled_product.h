// SPDX-License-Identifier: Apache-2.0
//
// A product of many positive factors, which neither overflows nor vanishes: a
// mantissa in [0.5, 1) and a power of two. The same bits on every machine.
#pragma once

#include <algorithm>
#include <cmath>

namespace flowtell {

class ScaledProduct {
 public:
  // REQUIRES: 0 < factor, which is finite.
  void multiply(double factor) {
    int exponent = 0;
    mantissa_ = std::frexp(mantissa_ * factor, &exponent);
    exponent_ += exponent;
  }

  // This product divided by two to the power of `exponent`; 0 where that
  // vanishes.
  double over_power(int exponent) const {
    return std::ldexp(mantissa_, exponent_ - exponent);
  }
  int exponent() const { return exponent_; }

 private:
  double mantissa_ = 0.5;
  int exponent_ = 1;
};

}  // namespace flowtell
