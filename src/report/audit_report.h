// SPDX-License-Identifier: Apache-2.0
//
// The findings of an audit, as text and as JSON.
#pragma once

#include <string>
#include <vector>

#include "audit/finding.h"
#include "model/dataset.h"

namespace flowtell {

// The number of findings per severity, indexed by Severity.
std::array<std::size_t, kSeverityNames.size()> count_severities(
    const std::vector<Finding>& findings);

// A table of apps, the findings, and a summary line.
std::string audit_text(const Dataset& data,
                       const std::vector<Finding>& findings);

std::string audit_json(const Dataset& data,
                       const std::vector<Finding>& findings);

}  // namespace flowtell
