// SPDX-License-Identifier: Apache-2.0
//
// Writes the flows of captures as the meter emits them, with verdicts if there
// is a classifier. Shared by `flows` and `classify`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "classify/flow_reporter.h"
#include "flow/flow_meter.h"
#include "tool/console.h"
#include "tool/options.h"

namespace flowtell {

// Options for metering, for writing and for the run.
struct FlowPrinting {
  FlowOptions flow;
  WriterArguments writer;
  RunArguments run;
  Joining joining;
  std::string annotated = {};  // the path of the annotated capture, if any
};

// Reads all captures and writes their flows, and the captures with the verdicts
// as comments if they are to be annotated, which needs a `naming`. Fails if
// none can be read, and then leaves an existing output file unchanged.
Result<ExitCode> print_flows(const std::vector<std::string>& paths,
                             const FlowPrinting& how,
                             std::optional<Naming> naming);

}  // namespace flowtell
