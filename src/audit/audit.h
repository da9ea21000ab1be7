// SPDX-License-Identifier: Apache-2.0
//
// Whether labelled captures can be trusted to teach. Each check looks for one
// thing that would let a learner learn something other than the app, or a score
// say something other than how good it is (audit_checks.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "audit/finding.h"
#include "decode/anonymiser.h"
#include "model/dataset.h"

namespace flowtell {

struct AuditOptions {
  std::vector<std::string> columns;  // names of the dataset's
  std::uint64_t seed = 1;            // deals captures to folds
  int threads = 1;
  // Whose stand-ins are told for devices and servers; it outlives the audit.
  // Null: they are told as they are.
  Anonymiser* anonymiser = nullptr;

  std::string reported(const Address& device) const {
    return (anonymiser ? anonymiser->address(device) : device).text();
  }
  std::string reported(const std::string& server) const {
    return anonymiser ? std::string(anonymiser->name(server)) : server;
  }
};

// In the order of their severity, and of their kinds within one. The outcome
// does not depend on the number of threads.
// REQUIRES: one name a column; at least one row.
std::vector<Finding> audit(const LoadedDataset& loaded,
                           const AuditOptions& options);

}  // namespace flowtell
