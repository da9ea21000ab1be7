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

// A hold on a running process, whose number may go to another once it has
// ended; none (below zero) where it has gone. Readable when it ends.
FileHandle hold_process(int process);
void signal_process(const FileHandle& process, int signal);

}  // namespace flowtell
