// SPDX-License-Identifier: Apache-2.0
//
// What a mistaken command line probably meant: a misspelt command or option, or
// a model and a capture in each other's place.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace flowtell {

// The candidate that differs from `word` by the fewest letters added, left out,
// changed or swapped with a neighbour; nothing if all differ by more than a
// third of them. The first of several.
std::optional<std::string> nearest_word(
    const std::string& word, const std::vector<std::string>& candidates);

// "unknown command 'clasify' (did you mean 'classify'?)", for the first word
// that `command` did not expect.
std::string unexpected_word_text(const CLI::App& command,
                                 const std::string& word);

// An error if a positional argument of the parsed command is a model where a
// capture belongs, or the other way round. Looks into files, by content.
std::optional<Error> find_misplaced(const CLI::App& command);

}  // namespace flowtell
