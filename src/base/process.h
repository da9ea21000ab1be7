// SPDX-License-Identifier: Apache-2.0
//
// Other programs, run as a list of words. No shell ever sees them, so no word
// needs quoting and none can turn into a command.
//
// A program is looked for in the system's own folders and not in PATH: what
// runs as root should not hang on an environment variable. It gets an empty
// environment but for PATH and LC_ALL=C, default signals, its own input, and
// no descriptor of ours that is close-on-exec. Programs that go on by
// themselves (daemons) may keep their output open: the wait ends with the
// process that was started, not with its pipes.
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
  std::string_view input = {};  // what it reads from standard input
  std::chrono::milliseconds longest{10'000};  // then it is killed
  std::size_t most_output = 64 << 20;         // what comes beyond is dropped
};

struct ProcessOutcome {
  int exit_code = 0;  // 128 and more for a signal, as shells say it
  std::string out;
  std::string err;
};

// Where the program stands, or nothing: "dnsmasq" gives "/usr/sbin/dnsmasq".
std::optional<std::string> find_program(std::string_view name);

// Runs `words[0]` with the rest as its arguments. Fails where it cannot be
// started or takes too long; its exit code is the caller's to judge.
Result<ProcessOutcome> run_process(const std::vector<std::string>& words,
                                   const ProcessOptions& options = {});

// The same, for programs that have to succeed: gives what they printed, and
// otherwise fails with what they said.
Result<std::string> run_to_success(const std::vector<std::string>& words,
                                   const ProcessOptions& options = {});

// A running process. Its number may go to another once it has ended; the number
// and the start together name no other until a reboot. A process chooses its
// words, its name and its environment, but neither of these.
struct ProcessIdentity {
  int number = 0;             // 0: none
  std::uint64_t started = 0;  // clock ticks since the system started

  bool operator==(const ProcessIdentity&) const = default;
};

// Nothing where no such process runs, or it has ended and waits for its parent.
std::optional<ProcessIdentity> identify_process(int process);
bool is_running(const ProcessIdentity& process);

// A hold on a running process; none (below zero) where it has gone. Readable
// when it ends.
FileHandle hold_process(int process);
FileHandle hold_process(const ProcessIdentity& process);
void signal_process(const FileHandle& process, int signal);
// Whether it ends, or has ended, within that time.
bool wait_for_end(const FileHandle& process, std::chrono::milliseconds longest);

// A program that waits to begin, in a session of its own, so that its process
// can be put on record before it does anything. It outlives this process once
// it has begun. It never begins where this object, or this process, ends first.
class WaitingProgram {
 public:
  static Result<WaitingProgram> start(const std::vector<std::string>& words);

  WaitingProgram(WaitingProgram&& other) noexcept;
  WaitingProgram& operator=(WaitingProgram&&) = delete;
  ~WaitingProgram();

  const ProcessIdentity& identity() const { return identity_; }
  void begin();
  // Its exit code and output. REQUIRES: it has ended.
  ProcessOutcome outcome() const;

 private:
  WaitingProgram() = default;

  ProcessIdentity identity_;
  FileHandle gate_;       // closed: it ends, unless it has begun
  FileHandle other_end_;  // held, so that beginning never raises SIGPIPE
  FileHandle output_;
  bool has_begun_ = false;
};

// What a program that failed printed, on one line.
std::string complaint_of(const ProcessOutcome& outcome);

}  // namespace flowtell
