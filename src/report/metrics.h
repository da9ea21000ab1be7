// SPDX-License-Identifier: Apache-2.0
//
// What a watch has done so far, as Prometheus reads it (text format 0.0.4,
// https://prometheus.io/docs/instrumenting/exposition_formats/). The metrics
// are listed here and nowhere else; docs/metrics.md follows from the table.
//
// However many apps and devices there are, the series are bounded: apps beyond
// a number are counted as one, and of devices those of the fewest flows. One
// thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "decode/ledger.h"
#include "report/flow_reporter.h"
#include "report/live_screen.h"

namespace flowtell {

enum class Metric : std::uint8_t {
  kBuild,
  kStarted,
  kFrames,
  kBytes,
  kDrops,
  kFlows,
  kFlowBytes,
  kDeviceFlows,
  kOpenFlows,
  kDelay,
  kLostLines,
  kMemory,
};

struct MetricInfo {
  Metric metric;
  std::string_view name;
  std::string_view type;    // as Prometheus has it
  std::string_view labels;  // "app, device"; empty: none
  std::string_view meaning;
};

inline constexpr std::array kMetrics = {
    MetricInfo{Metric::kBuild, "flowtell_build_info", "gauge", "version",
               "Always 1; its label tells the version of the program"},
    MetricInfo{Metric::kStarted, "process_start_time_seconds", "gauge", "",
               "When the watch began, in seconds since 1970"},
    MetricInfo{Metric::kFrames, "flowtell_frames_total", "counter", "fate",
               "Frames read, by the heading of the ledger they went to"},
    MetricInfo{Metric::kBytes, "flowtell_bytes_total", "counter", "",
               "Bytes of all frames read, as they were on the wire"},
    MetricInfo{Metric::kDrops, "flowtell_kernel_drops_total", "counter", "",
               "Frames that came and were lost before they were read"},
    MetricInfo{Metric::kFlows, "flowtell_flows_total", "counter", "app",
               "Flows judged, by the app they were named, or unknown"},
    MetricInfo{Metric::kFlowBytes, "flowtell_flow_bytes_total", "counter",
               "app", "Bytes of these flows, sent and received"},
    MetricInfo{Metric::kDeviceFlows, "flowtell_device_flows_total", "counter",
               "device, app",
               "Flows judged, by device and app; devices of the fewest flows "
               "are told together, as other, where there are too many"},
    MetricInfo{Metric::kOpenFlows, "flowtell_open_flows", "gauge", "",
               "Flows whose bursts go on"},
    MetricInfo{Metric::kDelay, "flowtell_verdict_delay_seconds", "histogram",
               "",
               "How long after the silence that ends a burst its flows were "
               "named; of an interface only"},
    MetricInfo{Metric::kLostLines, "flowtell_lost_lines_total", "counter", "",
               "Lines not written, their reader being too slow"},
    MetricInfo{Metric::kMemory, "process_resident_memory_bytes", "gauge", "",
               "Memory in use"},
};

// What is known without counting flows.
struct MetricsStatus {
  std::string version;
  double started = 0;  // seconds since 1970
  LiveStatus live{};
  Ledger ledger;  // of the frames read, those that it does not hold were used
  std::uint64_t lost_lines = 0;
  std::optional<std::uint64_t> memory;  // bytes
};

class FlowMetrics : public FlowListener {
 public:
  static constexpr std::string_view kOther = "other";
  static constexpr std::size_t kMaxApps = 200;  // and one for all others
  // Pairs of a device and an app, beside those of the device `other`.
  static constexpr std::size_t kMaxDeviceSeries = 2000;
  static constexpr std::array kDelayBounds = {0.005, 0.01, 0.025, 0.05,
                                              0.1,   0.25, 0.5,   1.0,
                                              2.5,   5.0,  10.0};  // seconds

  // Early reports do not count: another will follow.
  void take(const FlowReport& report) override;
  // The flows of a burst were named so long after its end.
  void note_delay(Duration delay);

  std::string text(const MetricsStatus& status) const;

 private:
  template <typename Value>
  using PerApp = std::map<std::string, Value, std::less<>>;
  using Counts = PerApp<std::uint64_t>;
  struct Share {
    std::uint64_t flows = 0;
    std::uint64_t bytes = 0;
  };
  struct Device {
    Counts flows;
    std::uint64_t sum = 0;
  };

  std::string_view label_of(std::string_view app) const;
  void count(const Address& device, std::string_view app);
  void make_room();

  PerApp<Share> apps_;
  std::map<Address, Device> devices_;
  std::size_t device_series_ = 0;  // in all of them
  Counts other_devices_;
  std::array<std::uint64_t, kDelayBounds.size() + 1> delays_{};
  double delay_sum_ = 0;  // seconds
};

}  // namespace flowtell
