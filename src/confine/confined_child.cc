// SPDX-License-Identifier: Apache-2.0
#include "confine/confined_child.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/file.h"
#include "confine/least_privilege.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxReply = std::size_t{64} << 10;
constexpr int kNotConfined = 1;

[[noreturn]] void work_confined(const std::function<std::string()>& work,
                                const FileHandle& out) {
  if (!drop_privileges({target_account(), {}})) ::_exit(kNotConfined);
  const auto written = write_all(out.get(), work());
  ::_exit(written ? 0 : kNotConfined);
}

std::string read_reply(const FileHandle& in) {
  std::string reply;
  std::array<char, 4096> piece;
  while (reply.size() < kMaxReply) {
    const ssize_t got = ::read(in.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    reply.append(piece.data(), static_cast<std::size_t>(got));
  }
  return reply;
}

bool exited_normally(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

Result<std::string> run_confined(const std::function<std::string()>& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kSystem),
                "cannot make a pipe: {}", system_reason(error));
  }
  FileHandle in(ends[0]);
  FileHandle out(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) {
    const int error = errno;  // EAGAIN is the limit on processes
    return fail(kind_of_errno(error, ErrorKind::kResource),
                "cannot start a process: {}", system_reason(error));
  }
  if (child == 0) {
    in = FileHandle();  // or a write would block on this unused read end
    work_confined(work, out);
  }
  out = FileHandle();
  std::string reply = read_reply(in);
  in = FileHandle();
  if (exited_normally(child)) return reply;
  return fail(ErrorKind::kSystem, "the unprivileged child process failed");
}

}  // namespace flowtell
