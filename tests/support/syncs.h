// SPDX-License-Identifier: Apache-2.0
//
// Counts syncs and injects sync errors. This program's fsync and fdatasync are
// defined in syncs.cc: they record the file, then call the kernel or fail.
#pragma once

#include <sys/types.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace flowtell {

// Records from its construction on. At most one exists at a time.
class Syncs {
 public:
  Syncs();
  Syncs(const Syncs&) = delete;
  Syncs& operator=(const Syncs&) = delete;
  ~Syncs();

  // The number of syncs of the file that is now at the path.
  int of(const std::string& path) const;
  // Makes later syncs fail with this errno; 0 ends that.
  void fail_with(int reason);

  // Called by fsync and fdatasync; returns the errno to fail with, or 0.
  int note(int descriptor);

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<dev_t, ino_t>> all_;
  int reason_ = 0;
};

}  // namespace flowtell
