// SPDX-License-Identifier: Apache-2.0
//
// Where a run's time and memory went, for people who want to know what limits
// it (`--stats`).
#pragma once

#include <cstddef>
#include <string>

#include "base/stage_clock.h"
#include "flow/flow_meter.h"

namespace flowtell {

struct RunStats {
  StageClock stages;  // of all threads together
  int threads = 1;
  // Of the capture that needed the most: flows open at a time, and what the
  // table held for them with their packets, pairs and devices, in bytes.
  std::size_t most_open_flows = 0;
  std::size_t table_memory = 0;

  void note(const FlowTable& table);
};

// A table of stages, the rates of the whole, and the memory.
std::string stats_text(const RunStats& stats, const MeterReport& report);

}  // namespace flowtell
