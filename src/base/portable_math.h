// SPDX-License-Identifier: Apache-2.0
//
// Powers and logarithms that are the same on every machine, to the last bit.
//
// IEEE 754 fixes the results of + - * / and of square roots, and so do the
// standard libraries. Of exp, log and pow they fix nothing: processors and
// versions differ in the last bits, and with them would models and verdicts.
// Here are the four that the project needs, made of nothing but what is fixed.
//
// Within four units in the last place of the truth; a power, in which the error
// of a logarithm grows, within 1 part in 10^12. Beyond the greatest double is
// infinity, below the least 0, and of a NaN comes a NaN.
#pragma once

namespace flowtell {

double portable_exp(double x);   // e to the power of x
double portable_exp2(double x);  // 2 to the power of x
double portable_log(double x);   // of negative numbers, a NaN

// x to a power. REQUIRES: x >= 0, and a finite power. Of any x, the power of 1
// is x itself.
double portable_pow(double x, double power);

}  // namespace flowtell
