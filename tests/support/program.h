// SPDX-License-Identifier: Apache-2.0
//
// Runs the program as a person at a shell would, and compares what it said with
// what it is known to say.
//
// A ProgramTest is a session in an empty folder: `run` types a line there, and
// `expect` compares the whole session with tests/expected/NAME.txt, which reads
// as it would on a screen:
//
//   $ flowtell flows phone.pcap
//   0.020000 192.168.12.100 …           (standard output as it is)
//   ! flowtell: warning: …              (standard error behind "! ")
//   = 0                                 (the exit code)
//
// The folder's own path is written as FOLDER. With FLOWTELL_BLESS=1 in the
// environment the files are written anew instead: read the difference before
// you commit it.
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
  // line that takes longer than two minutes is ended and fails the test.
  Outcome run(const std::string& line);

  // Writes a line into the session that is a remark and not a command.
  void remark(std::string_view text);

  void expect(const std::string& name) const;

  const TemporaryFolder& folder() const { return folder_; }
  void put(std::string_view name, std::string_view bytes) const {
    folder_.put(name, bytes);
  }

 private:
  std::string in_session(std::string text) const;

  TemporaryFolder folder_;
  TemporaryFolder captured_;  // what the program said
  std::string session_;
};

}  // namespace flowtell
