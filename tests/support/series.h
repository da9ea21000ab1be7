// SPDX-License-Identifier: Apache-2.0
//
// The series of a test flow, for computing features.
#pragma once

#include "features/flow_series.h"
#include "support/flow_collector.h"
#include "support/packets.h"

namespace flowtell {

inline FlowSeries series_of(CollectedFlow flow) {
  flow.packets = flow.records;
  FlowSeries series;
  series.assign(flow);
  return series;
}

// REQUIRES: the story is one flow.
inline FlowSeries series_of(const PacketSequence& story) {
  return series_of(collect(story).flows.at(0));
}

}  // namespace flowtell
