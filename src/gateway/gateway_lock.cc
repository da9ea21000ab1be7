// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <thread>

namespace flowtell {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kLockTimeout = 10s;
constexpr mode_t kPrivate = 0700;

// Whether the open folder is still at that path: the previous holder of the
// lock may have removed it.
bool is_still(int folder, const std::string& path) {
  struct stat open {};
  struct stat current {};
  return ::fstat(folder, &open) == 0 && ::stat(path.c_str(), &current) == 0 &&
         open.st_ino == current.st_ino && open.st_dev == current.st_dev;
}

Result<FileHandle> open_folder(const std::string& path) {
  std::error_code ignored;
  fs::create_directories(fs::path(path).parent_path(), ignored);
  if (::mkdir(path.c_str(), kPrivate) != 0 && errno != EEXIST) {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kNotWritable),
                "cannot make {}: {}", path, system_reason(error));
  }
  // Deliberately without close-on-exec: see the header.
  FileHandle folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY));
  if (folder.get() < 0 && errno != ENOENT) {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kNotWritable),
                "cannot open {}: {}", path, system_reason(error));
  }
  return folder;
}

}  // namespace

Result<GatewayLock> GatewayLock::take(const std::string& state) {
  const auto end = std::chrono::steady_clock::now() + kLockTimeout;
  do {
    auto folder = open_folder(state);
    if (!folder) return fail(std::move(folder).error());
    if (::flock(folder->get(), LOCK_EX | LOCK_NB) == 0 &&
        is_still(folder->get(), state)) {
      return GatewayLock(state, std::move(*folder));
    }
    std::this_thread::sleep_for(20ms);
  } while (std::chrono::steady_clock::now() < end);
  return fail(ErrorKind::kSystem,
              "another 'flowtell gateway' is running in {}; wait until it ends",
              state);
}

GatewayLock::~GatewayLock() {
  if (folder_.get() >= 0) ::rmdir(state_.c_str());  // fails if not empty
}

BlockedSignals::BlockedSignals() {
  sigemptyset(&mask_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&mask_, signal);
  ::pthread_sigmask(SIG_BLOCK, &mask_, &before_);
}

BlockedSignals::~BlockedSignals() {
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool BlockedSignals::any() const {
  sigset_t pending;
  ::sigpending(&pending);
  return sigismember(&pending, SIGINT) == 1 ||
         sigismember(&pending, SIGTERM) == 1 ||
         sigismember(&pending, SIGHUP) == 1;
}

}  // namespace flowtell
