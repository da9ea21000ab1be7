// SPDX-License-Identifier: Apache-2.0
//
// Where a file is written until it is whole: beside its final place, as
// NAME.PROCESS.partial.
//
// A writer that is killed leaves its partial file. So each holds a lock on its
// own, which the kernel lets go with the process, and whoever begins the same
// file anew takes away those that nobody holds: two writers at work at the same
// time leave each other alone. Where locks cannot be had (some network disks)
// nothing is taken away.
#pragma once

#include <string>

#include "base/file.h"
#include "base/result.h"

namespace flowtell {

struct PartialFile {
  std::string path;
  FileHandle handle;
};

// A new and empty one for the file at `target`, which nobody had before: no
// link that someone left there is followed. Fails with the system's reason
// alone.
Result<PartialFile> make_partial(const std::string& target);

}  // namespace flowtell
