// SPDX-License-Identifier: Apache-2.0
//
// Captures of which one knows what app made them: CAPTURES on the command line.
//
// A folder: each sub-folder is named for an app and holds, at any depth, its
// captures; files that are no captures are passed over. Or a manifest: a CSV
// file with a header naming at least `path` and `app`, and if it likes `group`
// (the collection or session it belongs to), `device` (only this address's
// flows), `from` and `to` (a time span: seconds since the capture's first
// frame, or a UTC time as 2019-04-03T17:21:09Z). Paths are relative to the
// manifest. Other columns are ignored.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "decode/address.h"

namespace flowtell {

// A moment in a capture: since its first frame, or on the calendar.
using Moment = std::variant<Duration, Timestamp>;

struct LabelledCapture {
  std::string path;
  std::string app;
  std::string group;              // the path where none is named
  std::optional<Address> device;  // only the flows of this one
  std::optional<Moment> from;
  std::optional<Moment> to;
};

// In the order of their apps and paths (a manifest's: as it lists them). Fails
// with a sentence where there is no capture in it, a line of a manifest makes
// no sense, or an app is called "unknown".
Result<std::vector<LabelledCapture>> find_labelled_captures(
    const std::string& folder_or_manifest);

}  // namespace flowtell
