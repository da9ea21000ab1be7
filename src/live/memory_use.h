// SPDX-License-Identifier: Apache-2.0
//
// How much memory this process has in use. What is read is opened at once, so
// that it can be asked for after all rights were given up.
#pragma once

#include <cstdint>
#include <optional>

#include "base/file.h"

namespace flowtell {

class MemoryUse {
 public:
  MemoryUse();
  // In bytes; nothing where the system does not say.
  std::optional<std::uint64_t> resident() const;

 private:
  FileHandle file_;
};

}  // namespace flowtell
