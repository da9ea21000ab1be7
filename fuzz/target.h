// SPDX-License-Identifier: Apache-2.0
//
// The interface of every fuzz target: one function that takes arbitrary bytes,
// passes them to the library as external input, and stops the program
// (`require`) if an invariant is broken. libFuzzer calls it with generated
// bytes (fuzz.sh), replay.cc with the bytes of files.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);
