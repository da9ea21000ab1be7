// SPDX-License-Identifier: Apache-2.0
//
// Flows and bytes per app that a watch has named so far. Memory grows only with
// the number of apps.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "classify/flow_reporter.h"

namespace flowtell {

class AppTally : public FlowReportSink {
 public:
  // Ignores early reports: a final one follows.
  void take(const FlowReport& report) override;

  // A table, sorted by flows in descending order; empty if no app was named.
  std::string text() const;

 private:
  struct Share {
    std::uint64_t flows = 0;
    std::uint64_t bytes = 0;
  };
  std::map<std::string, Share, std::less<>> apps_;
};

}  // namespace flowtell
