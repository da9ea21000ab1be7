// SPDX-License-Identifier: Apache-2.0
#include "confine/path_fence.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>

#include "base/file.h"

namespace flowtell {
namespace {

namespace fs = std::filesystem;

// The rights of version 1, and one of version 3 that older headers lack.
constexpr std::uint64_t kFirstRights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;
constexpr long kTruncateSince = 3;

constexpr std::uint64_t kReadRights = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kWriteRights =
    kReadRights | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE;

long landlock_version() {
  return ::syscall(SYS_landlock_create_ruleset, nullptr, 0,
                   LANDLOCK_CREATE_RULESET_VERSION);
}

tl::unexpected<Error> cannot_restrict() {
  const int error = errno;
  return fail(kind_of_errno(error, ErrorKind::kSystem),
              "cannot restrict file access: {}", system_reason(error));
}

// Skips a folder that cannot be opened: its files cannot be read either.
Result<void> allow_below(const FileHandle& rules, const fs::path& folder,
                         std::uint64_t rights) {
  const FileHandle handle(
      ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (handle.get() < 0) return {};
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights;
  rule.parent_fd = handle.get();
  if (::syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH,
                &rule, 0) != 0) {
    return cannot_restrict();
  }
  return {};
}

Result<void> allow_reading(const FileHandle& rules, const std::string& file) {
  std::error_code ignored;
  const fs::path named = fs::absolute(file, ignored);
  const fs::path real = fs::weakly_canonical(file, ignored);
  auto done = allow_below(rules, named.parent_path(), kReadRights);
  if (done) done = allow_below(rules, real.parent_path(), kReadRights);
  return done;
}

Result<FileHandle> make_rules(std::uint64_t rights) {
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = rights;
  FileHandle rules(static_cast<int>(::syscall(
      SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
  if (rules.get() < 0) return cannot_restrict();
  return rules;
}

}  // namespace

bool can_fence_paths() { return landlock_version() >= 1; }

Result<void> fence_paths(const PathFence& fence) {
  const long version = landlock_version();
  if (version < 1) return {};
  const std::uint64_t later = version >= kTruncateSince ? kTruncate : 0;
  const auto rules = make_rules(kFirstRights | later);
  if (!rules) return fail(rules.error());
  Result<void> done;
  for (const std::string& file : fence.readable) {
    if (done) done = allow_reading(*rules, file);
  }
  if (done && !fence.writable.empty()) {
    done = allow_below(*rules, fence.writable, kWriteRights | later);
  }
  if (!done) return done;
  if (::syscall(SYS_landlock_restrict_self, rules->get(), 0) != 0) {
    return cannot_restrict();
  }
  return {};
}

}  // namespace flowtell
