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

constexpr std::size_t kMaxSaid = std::size_t{64} << 10;
constexpr int kNotConfined = 1;

[[noreturn]] void work_confined(const std::function<std::string()>& work,
                                const FileHandle& out) {
  if (!drop_privileges({account_from_here(), {}})) ::_exit(kNotConfined);
  const auto said = write_all(out.get(), work());
  ::_exit(said ? 0 : kNotConfined);
}

std::string all_said(const FileHandle& in) {
  std::string said;
  std::array<char, 4096> piece;
  while (said.size() < kMaxSaid) {
    const ssize_t got = ::read(in.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    said.append(piece.data(), static_cast<std::size_t>(got));
  }
  return said;
}

bool ended_well(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

Result<std::string> in_confined_child(
    const std::function<std::string()>& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorKind::kInput, "cannot make a pipe: {}", system_reason());
  }
  FileHandle in(ends[0]);
  FileHandle out(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) {
    return fail(ErrorKind::kInput, "cannot start a process: {}",
                system_reason());
  }
  if (child == 0) {
    in = FileHandle();  // else its writes would wait for a reader: itself
    work_confined(work, out);
  }
  out = FileHandle();
  std::string said = all_said(in);
  in = FileHandle();
  if (ended_well(child)) return said;
  return fail(ErrorKind::kInput,
              "the process without privileges that does this failed");
}

}  // namespace flowtell
