// SPDX-License-Identifier: Apache-2.0
#include "live/memory_use.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/text.h"

namespace flowtell {

MemoryUse::MemoryUse()
    : file_(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {}

// proc(5): the second field is the number of resident pages.
std::optional<std::uint64_t> MemoryUse::resident() const {
  std::array<char, 128> text{};
  const ssize_t size = ::pread(file_.get(), text.data(), text.size(), 0);
  if (size <= 0) return std::nullopt;
  const auto fields = split({text.data(), static_cast<std::size_t>(size)}, ' ');
  if (fields.size() < 2) return std::nullopt;
  const auto pages = parse_number<std::uint64_t>(fields[1]);
  if (!pages) return std::nullopt;
  return *pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace flowtell
