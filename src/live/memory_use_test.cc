// SPDX-License-Identifier: Apache-2.0
#include "live/memory_use.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "base/sanitized.h"

namespace flowtell {
namespace {

TEST(MemoryUse, GrowsByTheTouchedPages) {
  constexpr std::size_t kSize = std::size_t{64} << 20;
  const MemoryUse memory;
  const auto before = memory.resident();
  ASSERT_TRUE(before);
  EXPECT_EQ(*before % static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)), 0u);
  void* const block = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(block, MAP_FAILED);
  std::memset(block, 1, kSize);
  const auto after = memory.resident();
  ::munmap(block, kSize);
  ASSERT_TRUE(after);
  EXPECT_GE(*after, *before + kSize / 2);
  if (!kIsSanitized) {
    EXPECT_LE(*after, *before + 2 * kSize);
  }
}

}  // namespace
}  // namespace flowtell
