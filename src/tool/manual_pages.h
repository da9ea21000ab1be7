// SPDX-License-Identifier: Apache-2.0
//
// Manual pages, as man(7) has them: one of the program, one a command. A
// command below another is told of in the page of that one.
#pragma once

#include <string>
#include <vector>

#include "tool/command_table.h"

namespace flowtell {

struct ManualPage {
  std::string name;  // "flowtell-train.1"
  std::string text;
};

// `version` as in "flowtell 1.0"; `date` is that of the release.
std::vector<ManualPage> manual_pages(const CommandInfo& program,
                                     const std::string& version,
                                     const std::string& date);

}  // namespace flowtell
