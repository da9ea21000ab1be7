// SPDX-License-Identifier: Apache-2.0
//
// Want of memory in libraries written in C, which tell of it by what they
// return.
#pragma once

namespace flowtell {

// Where such a library got none, does what `new` does: calls the new-handler,
// which ends the program, and throws std::bad_alloc where there is none.
void require_memory(bool got);

}  // namespace flowtell
