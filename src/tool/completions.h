// SPDX-License-Identifier: Apache-2.0
//
// Shell completion scripts: commands, options, and values known in advance.
#pragma once

#include <string>

#include "tool/command_table.h"

namespace flowtell {

std::string bash_completion(const CommandInfo& program);
std::string zsh_completion(const CommandInfo& program);
std::string fish_completion(const CommandInfo& program);

}  // namespace flowtell
