// SPDX-License-Identifier: Apache-2.0
//
// A bounded buffer for output lines to a pipe, terminal or file.
//
// It keeps metering from blocking on a slow reader. Lines that do not fit are
// dropped and counted.
//
// `add` and `dropped` are thread-safe; one thread calls all else.
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

  // Writes what the reader accepts without blocking. Fails with the system's
  // reason.
  Result<void> write_some();

  // Writes until the buffer is empty or the timeout is over; the remaining
  // lines count as dropped.
  Result<void> finish(Duration timeout);

  // The descriptor to poll for writing; -1 if no line is pending.
  int pending_descriptor() const;

  std::uint64_t bytes_written() const { return bytes_written_; }
  // In lines; empty lines do not count.
  std::uint64_t dropped() const { return dropped_; }

 private:
  bool fetch();
  bool is_writable(Duration timeout) const;
  Result<std::size_t> put(std::string_view bytes) const;

  int descriptor_;
  std::size_t room_;
  FileHandle unblocked_;  // the same file, opened non-blocking if possible
  bool is_file_ = false;  // a regular file, which accepts any amount
  bool is_socket_ = false;

  std::uint64_t bytes_written_ = 0;

  std::mutex mutex_;
  std::string added_;                 // guarded by mutex_
  std::string writing_;               // the batch being written
  std::size_t written_ = 0;           // bytes of writing_
  std::atomic<std::size_t> held_{0};  // unwritten bytes in both
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace flowtell
