// SPDX-License-Identifier: Apache-2.0
//
// Checks that outputs do not overwrite inputs.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace flowtell {

// Fails if an output is the same file as an input, under any name, or if two
// outputs are the same file. For a folder or manifest, each of its captures
// counts as an input. An empty path and "-" are not files.
Result<void> check_outputs(const std::vector<std::string>& outputs,
                           const std::vector<std::string>& inputs);

}  // namespace flowtell
