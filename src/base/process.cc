// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
extern "C" {  // which glibc 2.36 forgot
#include <sys/pidfd.h>
}

#include <array>
#include <cerrno>
#include <filesystem>

#include "base/text.h"

namespace flowtell {
namespace {

constexpr std::array<std::string_view, 6> kFolders = {
    "/usr/sbin", "/usr/bin",        "/sbin",
    "/bin",      "/usr/local/sbin", "/usr/local/bin"};

struct Pipe {
  FileHandle from;
  FileHandle to;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorKind::kOutput, "cannot make a pipe: {}", system_reason());
  }
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return Pipe{FileHandle(ends[0]), FileHandle(ends[1])};
}

// The text as a file to be read from its start: no one has to feed it.
Result<FileHandle> file_of(std::string_view text) {
  FileHandle file(::memfd_create("input", MFD_CLOEXEC));
  if (file.get() < 0) {
    return fail(ErrorKind::kOutput, "cannot make an input: {}",
                system_reason());
  }
  auto written = write_all(file.get(), text);
  if (!written) return fail(std::move(written).error());
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Starts it with default signals; gives the process, or fails with the reason.
Result<pid_t> start(const std::string& path, std::vector<std::string> words,
                    int in, int out, int err) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                          "LC_ALL=C"};
  pid_t process = -1;
  errno =
      ::posix_spawn(&process, path.c_str(), &files, &attributes,
                    pointers_to(words).data(), pointers_to(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (errno != 0) {
    return fail(ErrorKind::kOutput, "cannot start {}: {}", path,
                system_reason());
  }
  return process;
}

// Adds what can be read now; a pipe that has ended is no longer watched.
void take_output(pollfd& pipe, std::string& text, std::size_t most) {
  std::array<char, 1 << 14> chunk;
  for (;;) {
    const ssize_t got = ::read(pipe.fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) pipe.fd = -1;
    if (got <= 0) return;
    const std::size_t room = most - std::min(most, text.size());
    text.append(chunk.data(), std::min(static_cast<std::size_t>(got), room));
  }
}

// Collects output until the process ends. False when it took too long.
bool collect(int process, int out, int err, const ProcessOptions& options,
             ProcessOutcome& outcome) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + options.longest;
  std::array<pollfd, 3> watched = {pollfd{process, POLLIN, 0},
                                   pollfd{out, POLLIN, 0},
                                   pollfd{err, POLLIN, 0}};
  while ((watched[0].revents & POLLIN) == 0) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return false;
    if (::poll(watched.data(), watched.size(), static_cast<int>(left.count())) <
        0) {
      continue;  // a signal; the time left is reckoned anew
    }
    take_output(watched[1], outcome.out, options.most_output);
    take_output(watched[2], outcome.err, options.most_output);
  }
  return true;
}

int exit_code_of(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// What it said last, on one line.
std::string complaint(const ProcessOutcome& outcome) {
  std::string_view text = outcome.err.empty() ? outcome.out : outcome.err;
  std::string line;
  for (const std::string_view part : split(text.substr(0, 400), '\n')) {
    if (part.empty()) continue;
    if (!line.empty()) line += "; ";
    line += part;
  }
  if (!line.empty()) return line;
  return fmt::format("exit code {}", outcome.exit_code);
}

}  // namespace

std::optional<std::string> find_program(std::string_view name) {
  for (const std::string_view folder : kFolders) {
    std::string path = fmt::format("{}/{}", folder, name);
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored) &&
        ::access(path.c_str(), X_OK) == 0) {
      return path;
    }
  }
  return std::nullopt;
}

Result<ProcessOutcome> run_process(const std::vector<std::string>& words,
                                   const ProcessOptions& options) {
  const auto path = find_program(words.front());
  if (!path) {
    return fail(ErrorKind::kInput, "there is no program '{}' on this system",
                words.front());
  }
  auto in = file_of(options.input);
  auto out = make_pipe();
  auto err = make_pipe();
  if (!in) return fail(std::move(in).error());
  if (!out) return fail(std::move(out).error());
  if (!err) return fail(std::move(err).error());
  const auto process =
      start(*path, words, in->get(), out->to.get(), err->to.get());
  if (!process) return fail(process.error());
  out->to = FileHandle();
  err->to = FileHandle();
  ProcessOutcome outcome;
  const FileHandle handle = hold_process(*process);
  const bool has_ended =
      collect(handle.get(), out->from.get(), err->from.get(), options, outcome);
  if (!has_ended) ::kill(*process, SIGKILL);
  outcome.exit_code = exit_code_of(*process);
  if (!has_ended) {
    return fail(ErrorKind::kOutput, "{} took longer than {} ms and was ended",
                words.front(), options.longest.count());
  }
  return outcome;
}

Result<std::string> run_to_success(const std::vector<std::string>& words,
                                   const ProcessOptions& options) {
  auto outcome = run_process(words, options);
  if (!outcome) return fail(std::move(outcome).error());
  if (outcome->exit_code == 0) return std::move(outcome->out);
  return fail(ErrorKind::kOutput, "{}: {}", fmt::join(words, " "),
              complaint(*outcome));
}

FileHandle hold_process(int process) {
  return FileHandle(::pidfd_open(process, 0));
}

void signal_process(const FileHandle& process, int signal) {
  ::pidfd_send_signal(process.get(), signal, nullptr, 0);
}

}  // namespace flowtell
