// SPDX-License-Identifier: Apache-2.0
//
// Audits labelled captures before training. Each check looks for one condition
// under which a model would learn something other than the app, or a score
// would be misleading (audit_checks.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/finding.h"
#include "decode/anonymiser.h"
#include "model/dataset.h"

namespace flowtell {

struct AuditOptions {
  std::vector<std::string> columns;  // column names of the dataset
  std::uint64_t seed = 1;            // assigns captures to folds
  int threads = 1;
  // Replaces device and server names in findings; it outlives the audit. Null:
  // names are shown.
  Anonymiser* anonymiser = nullptr;

  std::string shown(const Address& device) const {
    return (anonymiser ? anonymiser->address(device) : device).text();
  }
  std::string shown(const std::string& server) const {
    return anonymiser ? std::string(anonymiser->name(server)) : server;
  }
};

// Sorted by severity, then by kind. The result does not depend on the number of
// threads. REQUIRES: one name per column; at least one row.
std::vector<Finding> audit(const LoadedDataset& loaded,
                           const AuditOptions& options);

}  // namespace flowtell
