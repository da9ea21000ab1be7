// SPDX-License-Identifier: Apache-2.0
//
// Out-of-memory handling for C libraries, which report it by their return
// value.
#pragma once

namespace flowtell {

// If not `is_allocated`, behaves like `new`: calls the new-handler, which ends
// the program, or throws std::bad_alloc without one.
void require_memory(bool is_allocated);

}  // namespace flowtell
