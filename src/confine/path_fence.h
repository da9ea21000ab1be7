// SPDX-License-Identifier: Apache-2.0
// Limits the files that a process may open, by landlock(7), in addition to the
// user's file permissions. Files that are open already stay open.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace flowtell {

struct PathFence {
  // Files that are read again later. The whole folders of these files and of
  // their link targets are readable, because an update may replace a file by
  // renaming another to its name.
  std::vector<std::string> readable;
  // The folder below which files may be created and written; empty: none.
  std::string writable;
};

// Whether the kernel can limit files.
bool can_fence_paths();

// REQUIRES: no_new_privs. Does nothing if the kernel has no Landlock (before
// 5.13); then only the user's permissions apply.
Result<void> fence_paths(const PathFence& fence);

}  // namespace flowtell
