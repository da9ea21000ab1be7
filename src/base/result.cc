// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <system_error>

namespace flowtell {

void require(bool holds, std::string_view sentence) {
  if (holds) return;
  fmt::print(stderr, "flowtell: broken invariant: {}\n", sentence);
  std::abort();
}

void require_memory(bool is_allocated) {
  if (is_allocated) return;
  if (const std::new_handler handler = std::get_new_handler()) handler();
  throw std::bad_alloc();
}

ErrorKind kind_of_errno(int error, ErrorKind otherwise) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENXIO:
    case ENODEV:
      return ErrorKind::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorKind::kPermission;
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case ENOSPC:
    case EDQUOT:
      return ErrorKind::kResource;
    default:
      return otherwise;
  }
}

std::string system_reason(int error) {
  return std::error_code(error, std::generic_category()).message();
}

}  // namespace flowtell
