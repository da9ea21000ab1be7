// SPDX-License-Identifier: Apache-2.0
//
// Uses flowtell as an installed library only: counts the flows and bursts of a
// capture.
#include <cstdio>

#include "capture/capture_file.h"
#include "flow/flow_meter.h"

namespace {

class Counter : public flowtell::FlowSink {
 public:
  void take(const flowtell::Flow&) override { ++flows; }
  void end_burst() override { ++bursts; }
  unsigned long flows = 0;
  unsigned long bursts = 0;
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  auto capture = flowtell::open_capture(arguments[1]);
  if (!capture) {
    std::fprintf(stderr, "%s\n", capture.error().message.c_str());
    return 1;
  }
  Counter counter;
  flowtell::FlowMeter meter(flowtell::FlowOptions{}, counter);
  flowtell::meter_all(**capture, meter);
  std::printf("%lu flows in %lu bursts\n", counter.flows, counter.bursts);
  return 0;
}
