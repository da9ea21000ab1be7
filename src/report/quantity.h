// SPDX-License-Identifier: Apache-2.0
//
// Quantities for display: short and of nearly constant width. Output files hold
// plain numbers instead.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace flowtell {

// 1234567 as "1,234,567"
std::string grouped_text(std::uint64_t count);

// 812 as "812 B", 3412345 as "3.4 MB"; powers of a thousand.
std::string bytes_text(std::uint64_t bytes);

// 7 seconds as "0:07", an hour as "1:00:00"
std::string clock_text(Duration duration);

}  // namespace flowtell
