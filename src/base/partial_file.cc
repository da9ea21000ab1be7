// SPDX-License-Identifier: Apache-2.0
#include "base/partial_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <vector>

namespace flowtell {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kNewFileMode = 0666;  // before the umask
constexpr std::string_view kSuffix = ".partial";

// Whether `name` names a partial file of `target`: "<target>.71.partial".
bool is_partial_of(std::string_view name, std::string_view target) {
  if (!name.starts_with(target) || !name.ends_with(kSuffix)) return false;
  if (name.size() <= target.size() + 1 + kSuffix.size()) return false;
  name.remove_prefix(target.size());
  name.remove_suffix(kSuffix.size());
  return name.front() == '.' &&
         name.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

bool lock(const FileHandle& file) {
  return ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
}

// Whether the file still has a name. Another writer may have removed it as
// abandoned before it was locked.
bool has_name(const FileHandle& file) {
  struct stat status {};
  return ::fstat(file.get(), &status) == 0 && status.st_nlink > 0;
}

void remove_if_abandoned(const std::string& path) {
  const FileHandle file(
      ::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return;
  if (S_ISREG(status.st_mode) && lock(file)) ::unlink(path.c_str());
}

void remove_abandoned(const fs::path& target) {
  const fs::path folder = target.has_parent_path() ? target.parent_path() : ".";
  std::vector<std::string> partials;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
       at.increment(problem)) {
    const fs::path& path = at->path();
    if (is_partial_of(path.filename().string(), target.filename().string())) {
      partials.push_back(path.string());
    }
  }
  std::for_each(partials.begin(), partials.end(), remove_if_abandoned);
}

}  // namespace

Result<PartialFile> make_partial(const std::string& target) {
  remove_abandoned(target);
  // A used number belongs to this program in another machine or container, or
  // to this process; try the next one.
  for (long number = ::getpid();; ++number) {
    std::string path = fmt::format("{}.{}{}", target, number, kSuffix);
    FileHandle handle(::open(
        path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kNewFileMode));
    if (handle.get() < 0 && errno == EEXIST) continue;
    if (handle.get() < 0) {
      const int error = errno;
      return fail(kind_of_errno(error, ErrorKind::kNotWritable), "{}",
                  system_reason(error));
    }
    static_cast<void>(lock(handle));
    if (has_name(handle)) return PartialFile{path, std::move(handle)};
  }
}

}  // namespace flowtell
