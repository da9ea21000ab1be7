// SPDX-License-Identifier: Apache-2.0
//
// What an audit found, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "audit/finding.h"
#include "model/dataset.h"

namespace flowtell {

// How many findings there are of each severity, by Severity.
std::array<std::size_t, kSeverityNames.size()> count_severities(
    const std::vector<Finding>& findings);

// What the apps gave, the findings, and a line that sums them up.
std::string audit_text(const Dataset& data,
                       const std::vector<Finding>& findings);

std::string audit_json(const Dataset& data,
                       const std::vector<Finding>& findings);

}  // namespace flowtell
