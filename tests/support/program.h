// SPDX-License-Identifier: Apache-2.0
//
// Runs the program from a shell and compares its output with the expected
// output.
//
// A ProgramTest is a session in an empty folder: `run` executes a line there,
// and `expect` compares the whole session with tests/expected/NAME.txt, which
// reads like a terminal:
//
//   $ flowtell flows phone.pcap
//   0.020000 192.168.12.100 …           (standard output as it is)
//   ! flowtell: warning: …              (standard error behind "! ")
//   = 0                                 (the exit code)
//
// The folder's own path is written as FOLDER. FLOWTELL_BLESS=1 in the
// environment rewrites the files instead: read the difference before you commit
// it.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/temporary_folder.h"

namespace flowtell {

struct Outcome {
  int exit_code = 0;
  std::string out;
  std::string err;
};

class ProgramTest : public testing::Test {
 protected:
  // Runs a line of sh in the folder; `flowtell` is the program under test. A
  // line that takes more than two minutes is killed and fails the test.
  Outcome run(const std::string& line);

  // Adds a line to the session that is a remark, not a command.
  void remark(std::string_view text);

  void expect(const std::string& name) const;

  const TemporaryFolder& folder() const { return folder_; }
  void put(std::string_view name, std::string_view bytes) const {
    folder_.put(name, bytes);
  }

 private:
  std::string in_session(std::string text) const;

  TemporaryFolder folder_;
  TemporaryFolder captured_;  // the output of the program
  std::string session_;
};

}  // namespace flowtell
