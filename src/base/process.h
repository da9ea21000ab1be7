// SPDX-License-Identifier: Apache-2.0
//
// Runs other programs from a list of words. No shell is involved, so no word
// needs quoting and none can become a command.
//
// A program is looked up in the system's own folders, not in PATH: what runs as
// root must not depend on an environment variable. Its environment holds only
// PATH and LC_ALL=C. It has default signals, its own input, and none of our
// close-on-exec descriptors. A daemon may keep its output open: the wait ends
// with the started process, not with its pipes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace flowtell {

struct ProcessOptions {
  std::string_view input = {};                // standard input
  std::chrono::milliseconds timeout{10'000};  // then it is killed
  std::size_t max_output = 64 << 20;          // per stream; the rest is dropped
};

struct ProcessOutcome {
  int exit_code = 0;  // 128 + N after signal N, as in shells
  std::string out;
  std::string err;
};

// Path of a program, or nothing: "dnsmasq" gives "/usr/sbin/dnsmasq".
std::optional<std::string> find_program(std::string_view name);

// Runs `words[0]` with the rest as arguments. Fails if it cannot be started or
// takes too long; the caller checks the exit code.
Result<ProcessOutcome> run_process(const std::vector<std::string>& words,
                                   const ProcessOptions& options = {});

// Runs a program that must exit with 0 and returns its output. Otherwise fails
// with its error text.
Result<std::string> run_checked(const std::vector<std::string>& words,
                                const ProcessOptions& options = {});

// Identifies a running process. A number may be reused after the process ends;
// number and start time together are unique until a reboot. A process can
// change its arguments, name and environment, but neither of these.
struct ProcessIdentity {
  int number = 0;             // 0: none
  std::uint64_t started = 0;  // clock ticks since the system started

  bool operator==(const ProcessIdentity&) const = default;
};

// Nothing if no such process runs, or it is a zombie.
std::optional<ProcessIdentity> identify_process(int process);
bool is_running(const ProcessIdentity& process);

// A pidfd of a running process, readable once it ends; below zero if it has
// already ended.
FileHandle open_process(int process);
FileHandle open_process(const ProcessIdentity& process);
void signal_process(const FileHandle& process, int signal);
// Whether the process has ended or ends within `timeout`.
bool wait_for_end(const FileHandle& process, std::chrono::milliseconds timeout);

// A program in its own session that is held until `begin`, so that its process
// can be recorded before it does anything. After `begin` it outlives this
// process. If this object or this process ends before, it never begins.
class WaitingProgram {
 public:
  static Result<WaitingProgram> start(const std::vector<std::string>& words);

  WaitingProgram(WaitingProgram&& other) noexcept;
  WaitingProgram& operator=(WaitingProgram&&) = delete;
  ~WaitingProgram();

  const ProcessIdentity& identity() const { return identity_; }
  void begin();
  // Exit code and output. REQUIRES: the program has ended.
  ProcessOutcome outcome() const;

 private:
  WaitingProgram() = default;

  ProcessIdentity identity_;
  FileHandle gate_;       // closing it ends a program that has not begun
  FileHandle other_end_;  // kept open, so that begin() never raises SIGPIPE
  FileHandle output_;
  bool has_begun_ = false;
};

// The error text of a failed program, on one line.
std::string failure_text(const ProcessOutcome& outcome);

}  // namespace flowtell
