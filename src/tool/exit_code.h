// SPDX-License-Identifier: Apache-2.0
//
// The exit codes of the program.
#pragma once

#include <array>
#include <string_view>

#include "base/result.h"

namespace flowtell {

enum class ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kDamaged = 3,  // done, using the readable part of damaged input
};

struct ExitCodeInfo {
  ExitCode code;
  std::string_view meaning;
};

inline constexpr std::array<ExitCodeInfo, 4> kExitCodes = {{
    {ExitCode::kDone, "Done"},
    {ExitCode::kFailed, "Failed; standard error has the reason"},
    {ExitCode::kUsage, "The command line is invalid"},
    {ExitCode::kDamaged,
     "Done, but an input was damaged or unreadable; the readable part was "
     "used"},
}};

constexpr ExitCode exit_code_of(ErrorKind kind) {
  return kind == ErrorKind::kUsage ? ExitCode::kUsage : ExitCode::kFailed;
}

}  // namespace flowtell
