// SPDX-License-Identifier: Apache-2.0
//
// Writes the flows of captures as they come out of the meter, with a verdict
// where there is a judge. `flows` and `classify` are this and little else.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "flow/flow_meter.h"
#include "report/flow_reporter.h"
#include "tool/console.h"
#include "tool/options.h"

namespace flowtell {

// How flows are made of packets, how they are written, and how the work is
// done.
struct FlowPrinting {
  FlowOptions flow;
  WriterArguments writer;
  RunArguments run;
};

// Reads all captures and writes their flows. Fails where none of them can be
// read, leaving an output file as it was.
Result<ExitCode> print_flows(const std::vector<std::string>& paths,
                             const FlowPrinting& how,
                             std::optional<NamingClassifier> classifier);

}  // namespace flowtell
