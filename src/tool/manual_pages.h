// SPDX-License-Identifier: Apache-2.0
//
// Manual pages in man(7) format: one for the program and one per command. A
// sub-command is described in its parent's page.
#pragma once

#include <string>
#include <vector>

#include "tool/command_table.h"

namespace flowtell {

struct ManualPage {
  std::string name;  // "flowtell-train.1"
  std::string text;
};

// `version` as in "flowtell 1.0"; `date` is the release date.
std::vector<ManualPage> manual_pages(const CommandInfo& program,
                                     const std::string& version,
                                     const std::string& date);

}  // namespace flowtell
