// SPDX-License-Identifier: Apache-2.0
//
// Powers and logarithms with the same bits on every machine.
//
// IEEE 754 and the standard libraries fix the results of + - * / and square
// root, but not of exp, log and pow: their last bits differ between processors
// and versions, and models and verdicts would differ with them. These four
// functions use only the fixed operations.
//
// The error is at most four units in the last place; for portable_pow, which
// magnifies the error of the logarithm, 1 part in 10^12. Results above the
// greatest double are infinity, below the least 0; a NaN gives a NaN.
#pragma once

namespace flowtell {

double portable_exp(double x);   // e to the power of x
double portable_exp2(double x);  // 2 to the power of x
double portable_log(double x);   // NaN for negative numbers

// x to the power of `power`; exactly x for power 1. REQUIRES: x >= 0 and a
// finite power.
double portable_pow(double x, double power);

}  // namespace flowtell
