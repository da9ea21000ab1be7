// SPDX-License-Identifier: Apache-2.0
#include "base/output_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "base/file.h"

namespace flowtell {
namespace {

constexpr int kMaxLinks = 40;  // the kernel's limit
constexpr uid_t kRoot = 0;

std::string joined(const std::string& folder, const std::string& name) {
  if (folder == ".") return name;
  return folder.ends_with('/') ? folder + name : folder + '/' + name;
}

// The target of a /proc link can exist without a path.
bool is_absent(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) != 0;
}

// Removes and returns the first name of a path; empty resolved_path its end.
std::string take_name(std::string& path) {
  path.erase(0, path.find_first_not_of('/'));
  std::string name = path.substr(0, path.find('/'));
  path.erase(0, name.size());
  return name;
}

bool is_followed(const struct stat& link, const std::string& folder) {
  struct stat parent {};
  if (::stat(folder.c_str(), &parent) != 0) return false;
  return (parent.st_mode & (S_IWGRP | S_IWOTH)) == 0 ||
         link.st_uid == ::geteuid() || link.st_uid == kRoot ||
         link.st_uid == parent.st_uid;
}

// Target of the open link, even if its name has been reused since.
std::optional<std::string> target_of(const FileHandle& link) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size =
      ::readlinkat(link.get(), "", target.data(), target.size());
  if (size <= 0) return std::nullopt;
  return std::string(target.data(), static_cast<std::size_t>(size));
}

}  // namespace

Result<std::optional<std::string>> output_place(const std::string& path) {
  std::string resolved_path = path.starts_with('/') ? "/" : ".";
  std::string rest = path;
  for (int links = 0; links <= kMaxLinks;) {
    const std::string name = take_name(rest);
    if (name.empty()) break;
    const std::string next = joined(resolved_path, name);
    const FileHandle file(
        ::open(next.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (file.get() < 0) {
      const bool is_new = errno == ENOENT && rest.empty() && is_absent(path);
      return is_new ? std::optional(next) : std::nullopt;
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return std::nullopt;
    if (!S_ISLNK(status.st_mode)) {
      resolved_path = next;
      continue;
    }
    if (!is_followed(status, resolved_path)) {
      return fail(ErrorKind::kNotWritable,
                  "cannot write {}: {} is a link of another user in a folder "
                  "that others can write to, so it is not followed; name "
                  "its target, or choose another path",
                  path, next);
    }
    const auto target = target_of(file);
    if (!target) return std::nullopt;
    if (target->starts_with('/')) resolved_path = "/";
    rest.insert(0, *target);
    ++links;
  }
  if (!rest.empty() || resolved_path == ".") return std::nullopt;
  return resolved_path;
}

Result<void> check_links(const std::string& path) {
  auto resolved = output_place(path);
  if (!resolved) return fail(std::move(resolved).error());
  return {};
}

}  // namespace flowtell
