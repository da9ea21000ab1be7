// SPDX-License-Identifier: Apache-2.0
//
// The one place that talks to a person: results on standard output (or into a
// file), everything else on standard error, so that output can be piped.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/background_sync.h"
#include "base/file.h"
#include "base/result.h"
#include "tool/exit_code.h"

namespace flowtell {

// "flowtell: <message>" on standard error; returns the error's exit code.
ExitCode complain(const Error& error);

// "flowtell: warning: <message>" on standard error.
void warn(std::string_view message);

// Plain text on standard error.
void remark(std::string_view text);

// Whether whoever reads what is written there takes more of it within a second,
// which a terminal that was stopped does not.
bool is_read(int descriptor);

// Where results go: standard output, or a file that appears only once it is
// whole.
class Output {
 public:
  // "" and "-" stand for standard output.
  static Result<Output> open(const std::string& path);
  // The same for what never ends: a file is there at once, and lines are added
  // to those that stand in it. A last line that was cut off is ended first.
  static Result<Output> open_growing(const std::string& path);

  // Whether lines stand there already, of an earlier run.
  bool goes_on() const;

  Result<void> write(std::string_view text);
  // For whoever writes by himself: where to (not for files that appear whole),
  // and what the system's reason for a failure comes to.
  int descriptor() const;
  Error explained(Error error) const;
  // After something was written there: a file that grows is on its disk some
  // seconds later (base/background_sync.h). Fails with the system's reason.
  Result<void> note_written();
  // To be called last: makes the file appear, or waits until what it grew by is
  // on the disk.
  Result<void> finish();

 private:
  explicit Output(std::optional<OutputFile> file) : file_(std::move(file)) {}
  std::optional<OutputFile> file_;
  FileHandle growing_;
  std::unique_ptr<BackgroundSync> sync_;  // of that; gone before it
  std::string growing_path_;
};

// Writes a whole result at once.
Result<void> write_output(const std::string& path, std::string_view text);

// A bar on standard error while that is a terminal; nothing otherwise. Any
// thread may call it.
class Progress {
 public:
  explicit Progress(std::string label);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();  // takes the bar away

  void operator()(std::size_t done, std::size_t total);

 private:
  std::string label_;
  bool is_shown_;
  std::mutex mutex_;
  int last_percent_ = -1;
};

}  // namespace flowtell
