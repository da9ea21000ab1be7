// SPDX-License-Identifier: Apache-2.0
//
// The time and memory used by each stage of a run (`--stats`).
#pragma once

#include <cstddef>
#include <string>

#include "base/stage_clock.h"
#include "flow/flow_meter.h"

namespace flowtell {

struct RunStats {
  StageClock stages;  // total over all threads
  int threads = 1;
  // For the capture with the most open flows: their number, and the bytes the
  // flow table held for them, their packets, pairs and devices.
  std::size_t peak_open_flows = 0;
  std::size_t table_memory = 0;

  void note(const FlowTable& table);
};

// A table of stages, the overall rates, and the memory.
std::string stats_text(const RunStats& stats, const MeterReport& report);

}  // namespace flowtell
