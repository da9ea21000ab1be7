// SPDX-License-Identifier: Apache-2.0
//
// All output of the program: results go to standard output or a file,
// everything else to standard error, so that output can be piped.
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

// Prints "flowtell: <message>" on standard error and returns the exit code.
ExitCode print_error(const Error& error);

// Prints "flowtell: warning: <message>" on standard error.
void warn(std::string_view message);

// Prints text on standard error as it is.
void print_note(std::string_view text);

// Whether the descriptor becomes writable within a second. A stopped terminal
// does not.
bool is_writable_soon(int descriptor);

// The destination of results: standard output, or a file that appears only when
// it is complete.
class Output {
 public:
  // "" and "-" mean standard output.
  static Result<Output> open(const std::string& path);
  // The same for endless output: the file exists at once, and lines are
  // appended to it. An incomplete last line is ended first.
  static Result<Output> open_append(const std::string& path);

  // Whether the file holds lines of an earlier run.
  bool has_earlier_lines() const;

  Result<void> write(std::string_view text);
  // For direct writes: the descriptor (not for files from `open`), and the
  // system's error as a message that names the output.
  int descriptor() const;
  Error explain(Error error) const;
  // Call after a direct write: an appended file reaches the disk some seconds
  // later (base/background_sync.h). Fails with the system's reason.
  Result<void> note_written();
  // Call last: makes the file appear, or waits until appended data is on disk.
  Result<void> finish();

 private:
  explicit Output(std::optional<OutputFile> file) : file_(std::move(file)) {}
  std::optional<OutputFile> file_;
  FileHandle append_file_;
  std::unique_ptr<BackgroundSync> sync_;  // of append_file_; destroyed first
  std::string append_path_;
};

// Writes a complete result.
Result<void> write_output(const std::string& path, std::string_view text);

// A progress bar on standard error, shown only on a terminal. Thread-safe.
class Progress {
 public:
  explicit Progress(std::string label);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();  // erases the bar

  void operator()(std::size_t done, std::size_t total);

 private:
  std::string label_;
  bool is_shown_;
  std::mutex mutex_;
  int last_percent_ = -1;
};

// The same for work in several named steps: the bar shows the step at hand.
class StepProgress {
 public:
  void operator()(std::string_view step, std::size_t done, std::size_t total);

 private:
  std::mutex mutex_;
  std::string step_;
  std::optional<Progress> bar_;
};

}  // namespace flowtell
