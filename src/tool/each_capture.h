// SPDX-License-Identifier: Apache-2.0
//
// Reads captures one after the other and warns of each that is damaged or
// cannot be opened. One bad capture among several does not stop the others.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/capture_files.h"
#include "tool/options.h"

namespace flowtell {

// The captures that the paths name. Files that continue each other are one
// (capture/capture_files.h), which is said, unless each is to be read alone.
std::vector<CaptureFiles> whole_captures(const std::vector<std::string>& paths,
                                         Joining joining);

// Says which files are read as one, if any.
void print_joined(const std::vector<CaptureFiles>& captures);

// Consumes the frames of the capture of these files. Its path is the first.
using CaptureUser =
    std::function<Result<void>(const CaptureFiles& files, FrameSource&)>;

// Returns whether all captures were undamaged. Fails if none can be opened, or
// as soon as `use` fails.
Result<bool> for_each_capture(const std::vector<CaptureFiles>& captures,
                              UnpackOn thread, const CaptureUser& use);

// Warns that one capture of several is skipped, with the reason.
void warn_of_skipped(const std::string& reason);

// Warns of a capture's damage.
void warn_of_damage(const std::string& path, const Damage& damage);

}  // namespace flowtell
