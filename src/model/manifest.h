// SPDX-License-Identifier: Apache-2.0
//
// Reads manifests (model/labelled_captures.h), also as spreadsheets save them
// (base/sheet_text.h).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/labelled_captures.h"

namespace flowtell {

// Fails unless `app` can be the name of an app; `where` begins the message.
Result<void> check_app_name(const std::string& app, const std::string& where);

// The captures that the manifest lists. Fails, naming the line, if one is
// invalid.
Result<std::vector<LabelledCapture>> read_manifest(const std::string& path);

}  // namespace flowtell
