// SPDX-License-Identifier: Apache-2.0
//
// The sessions of a dataset: a device's rows of one capture with no pause
// longer than kSessionPause (classify/unknown_scorer.h).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/dataset.h"

namespace flowtell {

// The longest session that is labelled or compared as one.
inline constexpr Duration kLongestSession = std::chrono::minutes(5);

// The rows of each session, in order of time. With `longest`, a session also
// ends when a flow begins later than that after its first.
std::vector<std::vector<std::uint32_t>> find_sessions(
    const Dataset& data, std::optional<Duration> longest = {});

}  // namespace flowtell
