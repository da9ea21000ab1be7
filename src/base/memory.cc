// SPDX-License-Identifier: Apache-2.0
#include "base/memory.h"

#include <new>

namespace flowtell {

void require_memory(bool is_allocated) {
  if (is_allocated) return;
  if (const std::new_handler handler = std::get_new_handler()) handler();
  throw std::bad_alloc();
}

}  // namespace flowtell
