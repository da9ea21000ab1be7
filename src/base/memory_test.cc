// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <new>

namespace flowtell {
namespace {

int times_called = 0;

TEST(RequireMemory, DoesNothingOnSuccess) {
  const std::new_handler before = std::set_new_handler([] { ++times_called; });
  times_called = 0;
  EXPECT_NO_THROW(require_memory(true));
  std::set_new_handler(before);
  EXPECT_EQ(times_called, 0);
}

TEST(RequireMemory, CallsTheHandlerAndThrowsOnFailure) {
  const std::new_handler before = std::set_new_handler([] { ++times_called; });
  times_called = 0;
  EXPECT_THROW(require_memory(false), std::bad_alloc);
  std::set_new_handler(nullptr);
  EXPECT_EQ(times_called, 1);
  EXPECT_THROW(require_memory(false), std::bad_alloc) << "without a handler";
  std::set_new_handler(before);
}

}  // namespace
}  // namespace flowtell
