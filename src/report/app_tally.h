// SPDX-License-Identifier: Apache-2.0
//
// What a watch has named so far: flows and bytes of each app. Memory grows with
// the number of apps alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "report/flow_reporter.h"

namespace flowtell {

class AppTally : public FlowListener {
 public:
  // Early reports do not count: another will follow.
  void take(const FlowReport& report) override;

  // A table, the app of most flows first; empty while there is none.
  std::string text() const;

 private:
  struct Share {
    std::uint64_t flows = 0;
    std::uint64_t bytes = 0;
  };
  std::map<std::string, Share, std::less<>> apps_;
};

}  // namespace flowtell
