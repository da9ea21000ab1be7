// SPDX-License-Identifier: Apache-2.0
//
// Results must not replace what they were made of.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace flowtell {

// Fails where one of the outputs is a file that is read, by whatever name: of
// folders and manifests, which are meant by their paths, any of their captures
// too. Also where two outputs are one file. An empty path and "-" are none.
Result<void> check_apart(const std::vector<std::string>& outputs,
                         const std::vector<std::string>& read);

}  // namespace flowtell
