// SPDX-License-Identifier: Apache-2.0
//
// Files that a process may still open, by landlock(7): its own users' rights
// say whose files they are, the fence says which of them. What is open already
// stays so.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace flowtell {

struct PathFence {
  // Files that are read anew. Whole folders stay readable, those that they are
  // in and those that links lead to, for a file is renewed by another that
  // takes its name.
  std::vector<std::string> readable;
  // The folder below which files may be made and written; empty: none.
  std::string writable;
};

// REQUIRES: no_new_privs. Does nothing where the kernel has no Landlock, as
// before 5.13: there the user's rights are the only fence.
Result<void> fence_paths(const PathFence& fence);

}  // namespace flowtell
