// SPDX-License-Identifier: Apache-2.0
//
// How the program ends.
#pragma once

#include "base/result.h"

namespace flowtell {

enum class ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kDamaged = 3,  // done, but an input was damaged: what could be read was used
};

constexpr ExitCode exit_code_of(ErrorKind kind) {
  return kind == ErrorKind::kUsage ? ExitCode::kUsage : ExitCode::kFailed;
}

}  // namespace flowtell
