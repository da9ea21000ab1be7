// SPDX-License-Identifier: Apache-2.0
#include "confine/helper_process.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace flowtell {

Result<FileHandle> start_helper(int type,
                                const std::function<void(int channel)>& serve) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kSystem),
                "cannot make a pair of sockets: {}", system_reason(error));
  }
  FileHandle ours(ends[0]);
  const FileHandle its(ends[1]);
  const pid_t helper = ::fork();
  if (helper < 0) {
    const int error = errno;  // EAGAIN is the limit on processes
    return fail(kind_of_errno(error, ErrorKind::kResource),
                "cannot start a process: {}", system_reason(error));
  }
  if (helper == 0) {
    ours = FileHandle();
    serve(its.get());
    ::_exit(0);
  }
  return ours;
}

}  // namespace flowtell
