// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
extern "C" {  // missing in glibc 2.36
#include <sys/pidfd.h>
}

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/text.h"

namespace flowtell {
namespace {

constexpr std::array<std::string_view, 6> kFolders = {
    "/usr/sbin", "/usr/bin",        "/sbin",
    "/bin",      "/usr/local/sbin", "/usr/local/bin"};

struct Pipe {
  FileHandle read_end;
  FileHandle write_end;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kSystem),
                "cannot make a pipe: {}", system_reason(error));
  }
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return Pipe{FileHandle(ends[0]), FileHandle(ends[1])};
}

// The text as an in-memory file, so that no thread has to feed a pipe.
Result<FileHandle> memory_file_of(std::string_view text) {
  FileHandle file(::memfd_create("input", MFD_CLOEXEC));
  if (file.get() < 0) {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kSystem),
                "cannot create an input file: {}", system_reason(error));
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

std::vector<std::string> environment() {
  return {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
}

// Starts a program with default signals and returns its process number.
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
  std::vector<std::string> variables = environment();
  pid_t process = -1;
  const int error =
      ::posix_spawn(&process, path.c_str(), &files, &attributes,
                    pointers_to(words).data(), pointers_to(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) {
    return fail(kind_of_errno(error, ErrorKind::kSystem), "cannot start {}: {}",
                path, system_reason(error));
  }
  return process;
}

// Appends the available output; stops watching a pipe at its end.
void take_output(pollfd& pipe, std::string& text, std::size_t max_size) {
  std::array<char, 1 << 14> chunk;
  for (;;) {
    const ssize_t got = ::read(pipe.fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) pipe.fd = -1;
    if (got <= 0) return;
    const std::size_t room = max_size - std::min(max_size, text.size());
    text.append(chunk.data(), std::min(static_cast<std::size_t>(got), room));
  }
}

// Collects output until the process ends. False if it took too long.
bool collect(int process, int out, int err, const ProcessOptions& options,
             ProcessOutcome& outcome) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + options.timeout;
  std::array<pollfd, 3> watched = {pollfd{process, POLLIN, 0},
                                   pollfd{out, POLLIN, 0},
                                   pollfd{err, POLLIN, 0}};
  while ((watched[0].revents & POLLIN) == 0) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return false;
    if (::poll(watched.data(), watched.size(), static_cast<int>(left.count())) <
        0) {
      continue;  // interrupted by a signal
    }
    take_output(watched[1], outcome.out, options.max_output);
    take_output(watched[2], outcome.err, options.max_output);
  }
  return true;
}

int exit_code_of(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Runs in the forked child: only async-signal-safe calls.
[[noreturn]] void wait_and_exec(int gate, int in, int output, const char* path,
                                char* const* words, char* const* variables) {
  constexpr int kExecFailed = 127;
  ::setsid();
  for (int number = 1; number < NSIG; ++number) {
    static_cast<void>(::signal(number, SIG_DFL));
  }
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  char go = 0;
  ssize_t got = -1;
  while ((got = ::read(gate, &go, 1)) < 0 && errno == EINTR) {
  }
  if (got != 1 || ::dup2(in, STDIN_FILENO) < 0 ||
      ::dup2(output, STDOUT_FILENO) < 0 || ::dup2(output, STDERR_FILENO) < 0) {
    ::_exit(kExecFailed);
  }
  ::execve(path, words, variables);
  ::_exit(kExecFailed);
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
    return fail(ErrorKind::kSystem, "there is no program '{}'; install it",
                words.front());
  }
  auto in = memory_file_of(options.input);
  auto out = make_pipe();
  auto err = make_pipe();
  if (!in) return fail(std::move(in).error());
  if (!out) return fail(std::move(out).error());
  if (!err) return fail(std::move(err).error());
  const auto process = start(*path, words, in->get(), out->write_end.get(),
                             err->write_end.get());
  if (!process) return fail(process.error());
  out->write_end = FileHandle();
  err->write_end = FileHandle();
  ProcessOutcome outcome;
  const FileHandle handle = open_process(*process);
  const bool has_ended = collect(handle.get(), out->read_end.get(),
                                 err->read_end.get(), options, outcome);
  if (!has_ended) ::kill(*process, SIGKILL);
  outcome.exit_code = exit_code_of(*process);
  if (!has_ended) {
    return fail(ErrorKind::kSystem, "{} took longer than {} ms and was killed",
                words.front(), options.timeout.count());
  }
  return outcome;
}

Result<std::string> run_checked(const std::vector<std::string>& words,
                                const ProcessOptions& options) {
  auto outcome = run_process(words, options);
  if (!outcome) return fail(std::move(outcome).error());
  if (outcome->exit_code == 0) return std::move(outcome->out);
  return fail(ErrorKind::kSystem, "{}: {}", fmt::join(words, " "),
              failure_text(*outcome));
}

std::string failure_text(const ProcessOutcome& outcome) {
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

// The second field of /proc/PID/stat is a name in parentheses, which may hold
// any characters, so the fields are counted from the last parenthesis.
std::optional<ProcessIdentity> identify_process(int process) {
  constexpr std::size_t kState = 0;  // the third field of the file
  constexpr std::size_t kStarted = 19;
  const auto text = read_file(fmt::format("/proc/{}/stat", process));
  if (!text) return std::nullopt;
  const std::size_t name_end = text->rfind(')');
  if (name_end == std::string::npos || name_end + 2 > text->size()) {
    return std::nullopt;
  }
  const auto fields = split(std::string_view(*text).substr(name_end + 2), ' ');
  if (fields.size() <= kStarted || fields[kState] == "Z" ||
      fields[kState] == "X") {
    return std::nullopt;
  }
  const auto started = parse_number<std::uint64_t>(fields[kStarted]);
  if (!started) return std::nullopt;
  return ProcessIdentity{process, *started};
}

bool is_running(const ProcessIdentity& process) {
  return process.number > 0 && identify_process(process.number) == process;
}

FileHandle open_process(int process) {
  return FileHandle(::pidfd_open(process, 0));
}

// Opens before comparing: an open pidfd cannot change to another process.
FileHandle open_process(const ProcessIdentity& process) {
  FileHandle handle = open_process(process.number);
  return is_running(process) ? std::move(handle) : FileHandle();
}

void signal_process(const FileHandle& process, int signal) {
  ::pidfd_send_signal(process.get(), signal, nullptr, 0);
}

bool wait_for_end(const FileHandle& process,
                  std::chrono::milliseconds timeout) {
  if (process.get() < 0) return true;
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + timeout;
  for (;;) {
    const auto left = std::max(
        std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()),
        std::chrono::milliseconds(0));
    pollfd watched = {process.get(), POLLIN, 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (left.count() == 0) return false;
  }
}

Result<WaitingProgram> WaitingProgram::start(
    const std::vector<std::string>& words) {
  const auto path = find_program(words.front());
  if (!path) {
    return fail(ErrorKind::kSystem, "there is no program '{}'; install it",
                words.front());
  }
  auto gate = make_pipe();
  if (!gate) return fail(std::move(gate).error());
  ::fcntl(gate->read_end.get(), F_SETFL, 0);
  auto in = memory_file_of("");
  auto output = memory_file_of("");
  if (!in) return fail(std::move(in).error());
  if (!output) return fail(std::move(output).error());
  std::vector<std::string> texts = words;
  std::vector<std::string> variables = environment();
  const auto word_pointers = pointers_to(texts);
  const auto variable_pointers = pointers_to(variables);
  const pid_t process = ::fork();
  if (process < 0) {
    // EAGAIN is the limit on processes.
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kResource),
                "cannot start {}: {}", *path, system_reason(error));
  }
  if (process == 0) {
    ::close(gate->write_end.get());
    wait_and_exec(gate->read_end.get(), in->get(), output->get(), path->c_str(),
                  word_pointers.data(), variable_pointers.data());
  }
  WaitingProgram program;
  program.gate_ = std::move(gate->write_end);
  program.other_end_ = std::move(gate->read_end);
  program.output_ = std::move(*output);
  program.identity_.number = process;
  const auto identity = identify_process(process);
  if (!identity) {
    return fail(ErrorKind::kSystem, "cannot read /proc/{}/stat", process);
  }
  program.identity_ = *identity;
  return program;
}

WaitingProgram::WaitingProgram(WaitingProgram&& other) noexcept
    : identity_(std::exchange(other.identity_, {})),
      gate_(std::move(other.gate_)),
      other_end_(std::move(other.other_end_)),
      output_(std::move(other.output_)),
      has_begun_(other.has_begun_) {}

WaitingProgram::~WaitingProgram() {
  if (identity_.number == 0 || has_begun_) return;
  gate_ = FileHandle();
  exit_code_of(identity_.number);
}

void WaitingProgram::begin() {
  has_begun_ = true;
  static_cast<void>(write_all(gate_.get(), "!"));
  gate_ = FileHandle();
  other_end_ = FileHandle();
}

ProcessOutcome WaitingProgram::outcome() const {
  ProcessOutcome outcome;
  outcome.exit_code = exit_code_of(identity_.number);
  std::array<char, 4096> chunk;
  const ssize_t got = ::pread(output_.get(), chunk.data(), chunk.size(), 0);
  if (got > 0) outcome.err.assign(chunk.data(), static_cast<std::size_t>(got));
  return outcome;
}

}  // namespace flowtell
