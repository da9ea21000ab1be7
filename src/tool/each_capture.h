// SPDX-License-Identifier: Apache-2.0
//
// Captures one after the other, with a warning of each that is damaged or
// cannot be opened: of several, one bad one does not stop the others.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/capture_file.h"

namespace flowtell {

// Takes the frames of the capture of this path.
using CaptureUser =
    std::function<Result<void>(const std::string& path, FrameSource&)>;

// Whether all of them were whole. Fails where none could be opened, and as soon
// as `use` does.
Result<bool> for_each_capture(const std::vector<std::string>& paths,
                              UnpackOn thread, const CaptureUser& use);

// Tells on standard error why one capture of several gave nothing.
void warn_of_unread(const std::string& why);

// Tells a capture's damage on standard error.
void warn_of_damage(const std::string& path, const Damage& damage);

}  // namespace flowtell
