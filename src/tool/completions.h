// SPDX-License-Identifier: Apache-2.0
//
// What a shell needs to complete a command line of the program: commands,
// options, and the values that can be told beforehand.
#pragma once

#include <string>

#include "tool/command_table.h"

namespace flowtell {

std::string bash_completion(const CommandInfo& program);
std::string zsh_completion(const CommandInfo& program);
std::string fish_completion(const CommandInfo& program);

}  // namespace flowtell
