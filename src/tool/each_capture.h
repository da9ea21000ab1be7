// SPDX-License-Identifier: Apache-2.0
//
// Reads captures one after the other and warns of each that is damaged or
// cannot be opened. One bad capture among several does not stop the others.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/capture_file.h"

namespace flowtell {

// Consumes the frames of the capture at `path`.
using CaptureUser =
    std::function<Result<void>(const std::string& path, FrameSource&)>;

// Returns whether all captures were undamaged. Fails if none can be opened, or
// as soon as `use` fails.
Result<bool> for_each_capture(const std::vector<std::string>& paths,
                              UnpackOn thread, const CaptureUser& use);

// Warns that one capture of several is skipped, with the reason.
void warn_of_skipped(const std::string& reason);

// Warns of a capture's damage.
void warn_of_damage(const std::string& path, const Damage& damage);

}  // namespace flowtell
