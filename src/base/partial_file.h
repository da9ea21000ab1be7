// SPDX-License-Identifier: Apache-2.0
//
// Partial files: a file is written next to its final path as
// NAME.PROCESS.partial until it is complete.
//
// A killed writer leaves its partial file behind. Each writer locks its partial
// file, and the kernel releases the lock with the process. The next writer of
// the same path removes all unlocked partial files; concurrent writers do not
// affect each other. Where locks are not available (some network disks), none
// is removed.
#pragma once

#include <string>

#include "base/file.h"
#include "base/result.h"

namespace flowtell {

struct PartialFile {
  std::string path;
  FileHandle handle;
};

// Creates a new, empty partial file for `target`. An existing file or link of
// that name is never opened. Fails with the system's reason alone.
Result<PartialFile> make_partial(const std::string& target);

}  // namespace flowtell
