// SPDX-License-Identifier: Apache-2.0
//
// The verdict on a flow as the comment of its packets, for Wireshark:
//
//   flowtell: app=chat confidence=0.931204 flow_id=0d1e… reason="…"
//
// docs/formats.md describes the form; packaging/wireshark/flowtell.lua reads
// it.
#pragma once

#include <string>
#include <string_view>

#include "classify/flow_reporter.h"

namespace flowtell {

// What every comment begins with.
inline constexpr std::string_view kFlowCommentPrefix = "flowtell: ";

// REQUIRES: the report has a verdict with its reason.
std::string flow_comment(const FlowReport& report);

}  // namespace flowtell
