// SPDX-License-Identifier: Apache-2.0
//
// A candidate model in one sentence.
#pragma once

#include <string>

#include "learn/candidate.h"

namespace flowtell {

// Where the candidate is, what it is made of, and what it would change.
std::string candidate_text(const CandidateSummary& summary,
                           const std::string& path);

}  // namespace flowtell
