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

constexpr auto kLongestWaitForLock = 10s;
constexpr mode_t kPrivate = 0700;

// Whether the open folder is still the one of that path: whoever had the lock
// may have removed it.
bool is_still(int folder, const std::string& path) {
  struct stat open {};
  struct stat there {};
  return ::fstat(folder, &open) == 0 && ::stat(path.c_str(), &there) == 0 &&
         open.st_ino == there.st_ino && open.st_dev == there.st_dev;
}

Result<FileHandle> open_folder(const std::string& path) {
  std::error_code ignored;
  fs::create_directories(fs::path(path).parent_path(), ignored);
  if (::mkdir(path.c_str(), kPrivate) != 0 && errno != EEXIST) {
    return fail(ErrorKind::kOutput, "cannot make {}: {}", path,
                system_reason());
  }
  // Not close-on-exec, on purpose: see the header.
  FileHandle folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY));
  if (folder.get() < 0 && errno != ENOENT) {
    return fail(ErrorKind::kOutput, "cannot open {}: {}", path,
                system_reason());
  }
  return folder;
}

}  // namespace

Result<GatewayLock> GatewayLock::take(const std::string& state) {
  const auto end = std::chrono::steady_clock::now() + kLongestWaitForLock;
  do {
    auto folder = open_folder(state);
    if (!folder) return fail(std::move(folder).error());
    if (::flock(folder->get(), LOCK_EX | LOCK_NB) == 0 &&
        is_still(folder->get(), state)) {
      return GatewayLock(state, std::move(*folder));
    }
    std::this_thread::sleep_for(20ms);
  } while (std::chrono::steady_clock::now() < end);
  return fail(ErrorKind::kOutput,
              "another 'flowtell gateway' is at work in {}; wait for it to end",
              state);
}

GatewayLock::~GatewayLock() {
  if (folder_.get() >= 0) ::rmdir(state_.c_str());  // fails if it is not empty
}

HeldSignals::HeldSignals() {
  sigemptyset(&held_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held_, signal);
  ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
}

HeldSignals::~HeldSignals() {
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool HeldSignals::any() const {
  sigset_t waiting;
  ::sigpending(&waiting);
  return sigismember(&waiting, SIGINT) == 1 ||
         sigismember(&waiting, SIGTERM) == 1 ||
         sigismember(&waiting, SIGHUP) == 1;
}

}  // namespace flowtell
