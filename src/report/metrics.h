// SPDX-License-Identifier: Apache-2.0
//
// Metrics of a watch in the Prometheus text format 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/). The metrics
// are listed only here; docs/metrics.md is generated from the table.
//
// The number of series is bounded: apps beyond kMaxApps are merged into
// `other`, and so are the devices with the fewest flows. One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "classify/flow_reporter.h"
#include "decode/ledger.h"
#include "evaluate/drift.h"
#include "learn/candidate.h"
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
  kDeviceBytes,
  kDeviceApp,
  kOpenFlows,
  kDelay,
  kLostLines,
  kMemory,
  kDrift,
  kDriftDistance,
  kDriftNewNames,
  kDriftSessions,
  kCandidateTime,
  kCandidateSessions,
  kCandidateChanged,
  kCandidateChanges,
};

struct MetricInfo {
  Metric metric;
  std::string_view name;
  std::string_view type;    // the Prometheus metric type
  std::string_view labels;  // "app, device"; empty: none
  std::string_view meaning;
};

inline constexpr std::array kMetrics = {
    MetricInfo{Metric::kBuild, "flowtell_build_info", "gauge", "version",
               "Always 1; the label is the version of the program"},
    MetricInfo{Metric::kStarted, "process_start_time_seconds", "gauge", "",
               "Start time of the watch, in seconds since 1970"},
    MetricInfo{Metric::kFrames, "flowtell_frames_total", "counter", "outcome",
               "Frames read, by heading of the ledger"},
    MetricInfo{Metric::kBytes, "flowtell_bytes_total", "counter", "",
               "Bytes of all frames read, by their length on the wire"},
    MetricInfo{Metric::kDrops, "flowtell_kernel_drops_total", "counter", "",
               "Frames that the kernel dropped before they were read"},
    MetricInfo{Metric::kFlows, "flowtell_flows_total", "counter", "app",
               "Flows classified, by app or unknown"},
    MetricInfo{Metric::kFlowBytes, "flowtell_flow_bytes_total", "counter",
               "app", "Bytes of these flows, sent and received"},
    MetricInfo{Metric::kDeviceFlows, "flowtell_device_flows_total", "counter",
               "device, app",
               "Flows classified, by device and app; beyond a limit, devices "
               "with the fewest flows are merged into other"},
    MetricInfo{Metric::kDeviceBytes, "flowtell_device_bytes_total", "counter",
               "device, app", "Bytes of these flows, sent and received"},
    MetricInfo{Metric::kDeviceApp, "flowtell_device_app", "gauge",
               "device, app",
               "Always 1; the app of the device's last named flow within a "
               "minute, unknown if none was named; absent after a minute "
               "without flows"},
    MetricInfo{Metric::kOpenFlows, "flowtell_open_flows", "gauge", "",
               "Flows of bursts that have not ended"},
    MetricInfo{Metric::kDelay, "flowtell_verdict_delay_seconds", "histogram",
               "",
               "Time from the end of a burst to the verdicts on its flows; on "
               "an interface only"},
    MetricInfo{Metric::kLostLines, "flowtell_lost_lines_total", "counter", "",
               "Lines dropped because their reader was too slow"},
    MetricInfo{Metric::kMemory, "process_resident_memory_bytes", "gauge", "",
               "Resident memory of the process"},
    MetricInfo{Metric::kDrift, "flowtell_drift", "gauge", "",
               "Drift of the last hours' traffic from the training flows, "
               "relative to its limits: above 1 the model no longer fits"},
    MetricInfo{Metric::kDriftDistance, "flowtell_drift_distance", "gauge",
               "feature",
               "Jensen-Shannon divergence of a feature column from the "
               "training flows, 0 to 1, above what chance explains"},
    MetricInfo{Metric::kDriftNewNames, "flowtell_drift_new_names", "gauge",
               "key, flows",
               "Share of the flows with a name whose name or domain is new to "
               "training: of the recent flows, and of held-out training flows"},
    MetricInfo{Metric::kDriftSessions, "flowtell_drift_sessions", "gauge", "",
               "Sessions that the drift rests on; their weight halves in an "
               "hour, and with fewer than 20 no drift is shown"},
    MetricInfo{Metric::kCandidateTime, "flowtell_candidate_timestamp_seconds",
               "gauge", "",
               "Packet time of the last flow in the last candidate model of "
               "--adapt-every, in seconds since 1970"},
    MetricInfo{Metric::kCandidateSessions, "flowtell_candidate_sessions",
               "gauge", "app",
               "Sessions of the site that the candidate was trained on"},
    MetricInfo{Metric::kCandidateChanged, "flowtell_candidate_changed_share",
               "gauge", "",
               "Share of the recent flows whose verdict it would change"},
    MetricInfo{Metric::kCandidateChanges, "flowtell_candidate_changed_flows",
               "gauge", "from, to",
               "Flows whose verdict it would change, for the five most "
               "frequent changes"},
};

// The values that do not come from flow reports.
struct MetricsStatus {
  std::string version;
  double started = 0;  // seconds since 1970
  LiveStatus live{};
  Ledger ledger;  // of the frames read
  std::uint64_t lost_lines = 0;
  std::optional<std::uint64_t> memory;  // bytes
  std::optional<Drift> drift;  // of the recent flows; shown if it is enough
  std::optional<CandidateSummary> candidate;  // the last one
};

class FlowMetrics : public FlowReportSink {
 public:
  static constexpr std::string_view kOther = "other";
  static constexpr std::size_t kMaxApps = 200;  // without `other`
  // Pairs of a device and an app, without those of the device `other`.
  static constexpr std::size_t kMaxDeviceSeries = 2000;
  static constexpr std::array kDelayBounds = {0.005, 0.01, 0.025, 0.05,
                                              0.1,   0.25, 0.5,   1.0,
                                              2.5,   5.0,  10.0};  // seconds

  // Ignores early reports: a final one follows.
  void take(const FlowReport& report) override;
  // Records the time from the end of a burst to its verdicts.
  void note_delay(Duration delay);

  std::string text(const MetricsStatus& status) const;

 private:
  template <typename Value>
  using PerApp = std::map<std::string, Value, std::less<>>;
  struct Share {
    void operator+=(const Share& other) {
      flows += other.flows;
      bytes += other.bytes;
    }
    std::uint64_t flows = 0;
    std::uint64_t bytes = 0;
  };
  struct Device {
    PerApp<Share> apps;
    std::uint64_t flows = 0;
    Timestamp last{};                // of its flows
    std::string app;                 // of its last named flow
    std::optional<Timestamp> named;  // that flow's last packet
  };

  std::string_view label_of(std::string_view app) const;
  Device& device_with(const Address& device, std::string_view app);
  void make_room();
  void add_devices(std::string& out, Metric metric,
                   std::uint64_t Share::*value) const;

  PerApp<Share> apps_;
  std::map<Address, Device> devices_;
  std::size_t device_series_ = 0;  // total of all devices
  PerApp<Share> other_devices_;
  std::array<std::uint64_t, kDelayBounds.size() + 1> delays_{};
  double delay_sum_ = 0;  // seconds
};

}  // namespace flowtell
