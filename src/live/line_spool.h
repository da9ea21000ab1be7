// SPDX-License-Identifier: Apache-2.0
//
// Lines on their way to a reader who may be slow: a pipe, a terminal, a file.
//
// Whoever finds flows must not wait for whoever reads of them. So lines wait
// here, in so much room and no more, and are written as the reader takes them.
// Lines that find no room are dropped, and counted.
//
// `add` and `dropped` may be called by any thread, all else by one.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "base/time.h"

namespace flowtell {

class LineSpool {
 public:
  static constexpr std::size_t kRoom = std::size_t{8} << 20;  // bytes

  // The descriptor outlives the spool.
  explicit LineSpool(int descriptor, std::size_t room = kRoom);

  // REQUIRES: whole lines.
  void add(std::string_view lines);

  // Writes what the reader takes at once; never waits for him. Fails with the
  // system's reason.
  Result<void> write_some();

  // Writes all that the reader takes within that time; the lines that are left
  // then count as dropped.
  Result<void> finish(Duration patience);

  // What to watch until it can be written to; -1 while nothing waits.
  int waits_for() const;

  std::uint64_t bytes_written() const { return bytes_written_; }
  // Lines, so far. Empty ones do not count.
  std::uint64_t dropped() const { return dropped_; }

 private:
  bool fetch();
  bool is_writable(Duration patience) const;
  Result<std::size_t> put(std::string_view bytes) const;

  int descriptor_;
  std::size_t room_;
  FileHandle unblocked_;  // the same reader, where he can be had so
  bool is_file_ = false;  // on a disk: takes any amount
  bool is_socket_ = false;

  std::uint64_t bytes_written_ = 0;

  std::mutex mutex_;
  std::string added_;    // under the mutex
  std::string writing_;  // of which so much is written:
  std::size_t written_ = 0;
  std::atomic<std::size_t> held_{0};  // in both, not written yet
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace flowtell
