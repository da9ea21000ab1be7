// SPDX-License-Identifier: Apache-2.0
//
// Captures with known apps: CAPTURES on the command line.
//
// A folder: each sub-folder is named after an app and contains, at any depth,
// its captures; model/folder_layout.h recognises folders of such folders.
// Captures directly in the folder name the app of each flow themselves
// (flow/flow.h, FlowOwner); other files are ignored. Or a manifest: a table
// (base/sheet_text.h) whose first line names at least `path` and `app` (if
// empty, the capture names the app of each flow), and optionally `group` (the
// collection), `session` or `capture` (lines with the same one are parts of one
// recording), `device` (use only the flows of this address), `from`
// and `to` (a time span, in seconds since the first frame of the capture or as
// UTC, 2019-04-03T17:21:09Z). Paths are relative to the manifest. Other columns
// are ignored. Or one capture that names the app of each flow.
//
// A label of the folder or the manifest precedes the capture's own.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "capture/capture_files.h"
#include "decode/address.h"

namespace flowtell {

// A moment in a capture: relative to its first frame, or absolute.
using Moment = std::variant<Duration, Timestamp>;

struct LabelledCapture {
  std::string path;
  std::string app;                // empty: the capture names each flow's
  std::string group;              // the path if none is given
  std::optional<Address> device;  // use only its flows
  std::optional<Moment> from;
  std::optional<Moment> to;
  // It lies beside the folders of apps, so it may be no training data at all.
  bool is_optional = false;
  // What must stay in one fold; empty: the path. Only manifests name sessions.
  std::string session = {};
  // Files that continue the one at `path` (capture/capture_files.h).
  std::vector<std::string> more = {};

  bool names_own_apps() const { return app.empty(); }
};

// What else is known of the labels, and what should be said of them.
struct LabelContext {
  std::vector<std::string> apps;                // trained apps, if known
  std::vector<std::string>* remarks = nullptr;  // gets sentences
  bool joins_files = true;                      // where one continues another
  std::vector<CaptureFiles>* joined = nullptr;  // gets what was joined
};

// Ordered by app and path, those without an app last, or as listed in the
// manifest. Fails if there are no captures, a line of the manifest is invalid,
// or an app is called "unknown".
Result<std::vector<LabelledCapture>> find_labelled_captures(
    const std::string& folder_manifest_or_capture,
    const LabelContext& context = {});

// Captures whose label is not used, since they are of any app: `app` stands in
// for it.
std::vector<LabelledCapture> unlabelled_captures(
    const std::vector<CaptureFiles>& all, const std::string& app);

}  // namespace flowtell
