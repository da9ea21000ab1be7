// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <utility>

namespace flowtell {
namespace {

TEST(ErrorKind, HasAStableName) {
  for (const auto& [kind, name] :
       {std::pair{ErrorKind::kUsage, "usage"},
        {ErrorKind::kNotFound, "not-found"},
        {ErrorKind::kPermission, "permission"},
        {ErrorKind::kNotReadable, "not-readable"},
        {ErrorKind::kCorrupt, "corrupt"},
        {ErrorKind::kWrongVersion, "wrong-version"},
        {ErrorKind::kIncompatibleFeatures, "incompatible-features"},
        {ErrorKind::kNoData, "no-data"},
        {ErrorKind::kNotWritable, "not-writable"},
        {ErrorKind::kResource, "resource"},
        {ErrorKind::kSystem, "system"}}) {
    EXPECT_EQ(error_kind_name(kind), name);
  }
  const std::set<std::string_view> distinct(kErrorKindNames.begin(),
                                            kErrorKindNames.end());
  EXPECT_EQ(distinct.size(), kErrorKindNames.size());
}

TEST(ErrorKind, FollowsFromAnErrno) {
  for (const auto& [error, kind] : {std::pair{ENOENT, ErrorKind::kNotFound},
                                    {ENOTDIR, ErrorKind::kNotFound},
                                    {ENXIO, ErrorKind::kNotFound},
                                    {ENODEV, ErrorKind::kNotFound},
                                    {EACCES, ErrorKind::kPermission},
                                    {EPERM, ErrorKind::kPermission},
                                    {EROFS, ErrorKind::kPermission},
                                    {ENOMEM, ErrorKind::kResource},
                                    {EMFILE, ErrorKind::kResource},
                                    {ENFILE, ErrorKind::kResource},
                                    {ENOSPC, ErrorKind::kResource},
                                    {EDQUOT, ErrorKind::kResource}}) {
    EXPECT_EQ(kind_of_errno(error, ErrorKind::kSystem), kind)
        << system_reason(error);
  }
}

TEST(ErrorKind, IsAsGivenForAnyOtherErrno) {
  for (const int error : {0, EIO, EISDIR, EINVAL, -1}) {
    for (const ErrorKind kind :
         {ErrorKind::kNotReadable, ErrorKind::kNotWritable}) {
      EXPECT_EQ(kind_of_errno(error, kind), kind) << error;
    }
  }
}

TEST(SystemReason, IsTheMessageOfTheSystem) {
  EXPECT_EQ(system_reason(ENOENT), "No such file or directory");
}

}  // namespace
}  // namespace flowtell
