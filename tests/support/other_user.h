// SPDX-License-Identifier: Apache-2.0
//
// Folders and links of other users, which only root can create.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/result.h"

namespace flowtell {

inline constexpr uid_t kOtherUser = 4321;

inline bool can_make_links_of_other_users() { return ::geteuid() == 0; }

// For the start of a test.
#define SKIP_UNLESS_ROOT()                               \
  if (!can_make_links_of_other_users()) {                \
    GTEST_SKIP() << "only root can make another's link"; \
  }

inline void make_link_of(uid_t owner, const std::string& target,
                         const std::string& link) {
  std::filesystem::create_symlink(target, link);
  require(::lchown(link.c_str(), owner, owner) == 0,
          "the owner of a test's link cannot be changed");
}

inline std::string make_folder_with(const std::string& path, mode_t mode,
                                    uid_t owner = ::geteuid()) {
  std::filesystem::create_directories(path);
  require(::chown(path.c_str(), owner, static_cast<gid_t>(-1)) == 0 &&
              ::chmod(path.c_str(), mode) == 0,
          "a test's folder cannot be made");
  return path;
}

}  // namespace flowtell
