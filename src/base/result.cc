// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace flowtell {

void require(bool holds, std::string_view sentence) {
  if (holds) return;
  fmt::print(stderr, "flowtell: broken invariant: {}\n", sentence);
  std::abort();
}

std::string system_reason() {
  return std::error_code(errno, std::generic_category()).message();
}

}  // namespace flowtell
