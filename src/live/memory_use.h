// SPDX-License-Identifier: Apache-2.0
//
// The memory in use by this process. The file is opened by the constructor, so
// it can be read after privileges are dropped.
#pragma once

#include <cstdint>
#include <optional>

#include "base/file.h"

namespace flowtell {

class MemoryUse {
 public:
  MemoryUse();
  // In bytes; empty if the system does not report it.
  std::optional<std::uint64_t> resident() const;

 private:
  FileHandle file_;
};

}  // namespace flowtell
