// SPDX-License-Identifier: Apache-2.0
//
// How the program ends.
#pragma once

#include <array>
#include <string_view>

#include "base/result.h"

namespace flowtell {

enum class ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kDamaged = 3,  // done with what could be read of damaged input
};

struct ExitCodeInfo {
  ExitCode code;
  std::string_view meaning;
};

inline constexpr std::array<ExitCodeInfo, 4> kExitCodes = {{
    {ExitCode::kDone, "Done"},
    {ExitCode::kFailed, "Failed; standard error says why"},
    {ExitCode::kUsage, "The command line cannot be followed"},
    {ExitCode::kDamaged,
     "Done, but an input was damaged or could not be read: what could be read "
     "was used"},
}};

constexpr ExitCode exit_code_of(ErrorKind kind) {
  return kind == ErrorKind::kUsage ? ExitCode::kUsage : ExitCode::kFailed;
}

}  // namespace flowtell
