// SPDX-License-Identifier: Apache-2.0
//
// Captures with known apps: CAPTURES on the command line.
//
// A folder: each sub-folder is named after an app and contains, at any depth,
// its captures; other files are ignored. Or a manifest: a CSV file whose header
// has at least `path` and `app`, and optionally `group` (the collection or
// session), `device` (use only the flows of this address), `from` and `to` (a
// time span, in seconds since the first frame of the capture or as UTC,
// 2019-04-03T17:21:09Z). Paths are relative to the manifest. Other columns are
// ignored.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "decode/address.h"

namespace flowtell {

// A moment in a capture: relative to its first frame, or absolute.
using Moment = std::variant<Duration, Timestamp>;

struct LabelledCapture {
  std::string path;
  std::string app;
  std::string group;              // the path if none is given
  std::optional<Address> device;  // use only its flows
  std::optional<Moment> from;
  std::optional<Moment> to;
};

// Ordered by app and path, or as listed in the manifest. Fails if there are no
// captures, a line of the manifest is invalid, or an app is called "unknown".
Result<std::vector<LabelledCapture>> find_labelled_captures(
    const std::string& folder_or_manifest);

}  // namespace flowtell
