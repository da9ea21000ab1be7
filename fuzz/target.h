// SPDX-License-Identifier: Apache-2.0
//
// What every fuzz target is: one function that takes any bytes, feeds them to
// the library as they would come from outside, and stops the program
// (`require`) where something does not hold that always must. libFuzzer calls
// it with bytes that it makes up (fuzz.sh), replay.cc with the bytes of files.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);
