// SPDX-License-Identifier: Apache-2.0
#include "support/program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/file.h"
#include "base/text.h"

namespace flowtell {
namespace {

using namespace std::chrono_literals;

constexpr auto kLongestRun = 2min;

// This process's environment with the program's folder first in PATH and system
// messages in English.
std::vector<std::string> environment() {
  const std::filesystem::path binary = FLOWTELL_BINARY;
  std::vector<std::string> variables;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view variable = *at;
    if (variable.starts_with("PATH=") || variable.starts_with("LC_ALL=")) {
      continue;
    }
    variables.emplace_back(variable);
  }
  const char* path = std::getenv("PATH");
  variables.push_back(fmt::format("PATH={}:{}", binary.parent_path().string(),
                                  path == nullptr ? "" : path));
  variables.emplace_back("LC_ALL=C");
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Starts a shell in its own process group.
pid_t start(const std::string& line, const std::string& folder,
            const std::string& out, const std::string& err) {
  constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addchdir_np(&files, folder.c_str());
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, out.c_str(), kWrite, 0600);
  posix_spawn_file_actions_addopen(&files, 2, err.c_str(), kWrite, 0600);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);

  std::vector<std::string> arguments = {"sh", "-c", line};
  std::vector<std::string> variables = environment();
  pid_t process = -1;
  const int problem = ::posix_spawn(&process, "/bin/sh", &files, &attributes,
                                    pointers_to(arguments).data(),
                                    pointers_to(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  require(problem == 0, "no shell can be started");
  return process;
}

// The exit code; 128 plus the signal number for a signal, as in a shell.
int wait_for(pid_t process) {
  const auto end = std::chrono::steady_clock::now() + kLongestRun;
  int status = 0;
  while (::waitpid(process, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) {
      ADD_FAILURE() << "it did not end";
      ::kill(-process, SIGKILL);
      ::waitpid(process, &status, 0);
      break;
    }
    std::this_thread::sleep_for(1ms);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Puts a mark before each line; notes a missing newline at the end.
std::string marked(std::string_view text, std::string_view mark) {
  std::string out;
  for (std::string_view line : split(text, '\n')) {
    out += fmt::format("{}{}\n", mark, line);
  }
  if (text.ends_with('\n')) {
    out.resize(out.size() - mark.size() - 1);
  } else if (!text.empty()) {
    out += "(no end of line)\n";
  }
  return out;
}

}  // namespace

Outcome ProgramTest::run(const std::string& line) {
  const std::string out = captured_ / "out";
  const std::string err = captured_ / "err";
  const pid_t process = start(line, folder_.path(), out, err);
  Outcome outcome;
  outcome.exit_code = wait_for(process);
  outcome.out = *read_file(out);
  outcome.err = *read_file(err);
  session_ += fmt::format("$ {}\n{}{}= {}\n\n", line, marked(outcome.out, ""),
                          marked(outcome.err, "! "), outcome.exit_code);
  return outcome;
}

void ProgramTest::remark(std::string_view text) {
  session_ += fmt::format("# {}\n", text);
}

std::string ProgramTest::in_session(std::string text) const {
  const std::string path = folder_.path();
  for (std::size_t at = 0; (at = text.find(path, at)) != std::string::npos;) {
    text.replace(at, path.size(), "FOLDER");
  }
  return text;
}

void ProgramTest::expect(const std::string& name) const {
  const std::string path =
      fmt::format("{}/{}.txt", FLOWTELL_EXPECTED_FOLDER, name);
  const std::string session = in_session(session_);
  if (std::getenv("FLOWTELL_BLESS") != nullptr) {
    const auto written = write_file(path, session);
    ASSERT_TRUE(written) << written.error().message;
    return;
  }
  const auto expected = read_file(path);
  ASSERT_TRUE(expected) << expected.error().message
                        << "; make it with FLOWTELL_BLESS=1";
  EXPECT_EQ(*expected, session) << "is " << path;
}

}  // namespace flowtell
