// SPDX-License-Identifier: Apache-2.0
#include "report/metrics.h"

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace flowtell {
namespace {

// The number of series evicted at once, so that traffic with forged device
// addresses costs little.
constexpr std::size_t kEvictedSeries = FlowMetrics::kMaxDeviceSeries / 4;

// How long a device's app is current: a session has no longer pause.
constexpr Duration kActive = std::chrono::minutes(1);

const MetricInfo& info_of(Metric metric) {
  return kMetrics[static_cast<std::size_t>(metric)];
}

std::string label_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

// "not TCP/UDP" as "not_tcp_udp".
std::string outcome_value(std::string_view heading) {
  std::string out;
  for (const char c : heading) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_lower = c >= 'a' && c <= 'z';
    if (is_upper) {
      out += static_cast<char>(c - 'A' + 'a');
    } else {
      out += is_lower ? c : '_';
    }
  }
  return out;
}

using Labels =
    std::initializer_list<std::pair<std::string_view, std::string_view>>;

// The samples of one metric, one line each.
class Samples {
 public:
  Samples(std::string& out, Metric metric) : out_(out), info_(info_of(metric)) {
    out_ += fmt::format("# HELP {} {}.\n# TYPE {} {}\n", info_.name,
                        info_.meaning, info_.name, info_.type);
  }

  template <typename Value>
  void add(Labels labels, Value value, std::string_view ending = "") {
    out_ += info_.name;
    out_ += ending;
    char before = '{';
    for (const auto& [label, text] : labels) {
      out_ += fmt::format("{}{}=\"{}\"", before, label, label_value(text));
      before = ',';
    }
    out_ += fmt::format("{} {}\n", labels.size() > 0 ? "}" : "", value);
  }

 private:
  std::string& out_;
  const MetricInfo& info_;
};

template <typename Map>
typename Map::mapped_type& of(Map& map, std::string_view app) {
  const auto at = map.find(app);
  return at != map.end()
             ? at->second
             : map.emplace(app, typename Map::mapped_type{}).first->second;
}

void add_drift(const std::optional<Drift>& drift, std::string& out) {
  const bool is_shown = drift && drift->is_enough();
  Samples level(out, Metric::kDrift);
  if (is_shown) level.add({}, drift->level());
  Samples distances(out, Metric::kDriftDistance);
  if (is_shown) {
    for (const ColumnDrift& column : drift->columns) {
      distances.add({{"feature", column.feature}},
                    std::max(0.0, column.excess()));
    }
  }
  Samples names(out, Metric::kDriftNewNames);
  const auto add_shares = [&](const NewNames& shares, std::string_view flows) {
    names.add({{"key", "name"}, {"flows", flows}}, shares.names);
    names.add({{"key", "domain"}, {"flows", flows}}, shares.domains);
  };
  if (is_shown && drift->has_names) {
    add_shares(drift->traffic, "recent");
    add_shares(drift->training, "training");
  }
  Samples sessions(out, Metric::kDriftSessions);
  if (drift) sessions.add({}, drift->sessions);
}

void add_candidate(const std::optional<CandidateSummary>& candidate,
                   std::string& out) {
  Samples time(out, Metric::kCandidateTime);
  if (candidate) time.add({}, in_seconds(candidate->made.time_since_epoch()));
  Samples sessions(out, Metric::kCandidateSessions);
  if (candidate) {
    for (const AppSessions& app : candidate->apps) {
      if (app.sessions > 0) sessions.add({{"app", app.app}}, app.sessions);
    }
  }
  Samples changed(out, Metric::kCandidateChanged);
  if (candidate) changed.add({}, candidate->changed_share());
  Samples changes(out, Metric::kCandidateChanges);
  if (candidate) {
    for (const VerdictChange& change : candidate->changes) {
      changes.add({{"from", change.from}, {"to", change.to}}, change.flows);
    }
  }
}

}  // namespace

void FlowMetrics::take(const FlowReport& report) {
  if (report.is_early || !report.verdict) return;
  const std::string_view app = label_of(report.verdict->app);
  const Flow& flow = report.flow;
  Share share;
  share.flows = 1;
  share.bytes = flow.sent.bytes + flow.received.bytes;
  of(apps_, app) += share;
  Device& device = device_with(flow.device, app);
  of(device.apps, app) += share;
  ++device.flows;
  device.last = std::max(device.last, flow.last);
  if (app == kUnknownName) return;
  device.app = app;
  device.named = flow.last;
}

// The first kMaxApps apps keep their own label, since a counter must not
// decrease.
std::string_view FlowMetrics::label_of(std::string_view app) const {
  return apps_.size() < kMaxApps || apps_.contains(app) ? app : kOther;
}

// The device, with room for a series of this app.
FlowMetrics::Device& FlowMetrics::device_with(const Address& device,
                                              std::string_view app) {
  const auto known = devices_.find(device);
  if (known == devices_.end() || !known->second.apps.contains(app)) {
    if (device_series_ >= kMaxDeviceSeries) make_room();
    ++device_series_;
  }
  return devices_[device];
}

void FlowMetrics::make_room() {
  std::vector<std::pair<std::uint64_t, Address>> order;
  order.reserve(devices_.size());
  for (const auto& [address, device] : devices_) {
    order.emplace_back(device.flows, address);
  }
  std::ranges::sort(order);
  for (const auto& [sum, address] : order) {
    if (device_series_ + kEvictedSeries <= kMaxDeviceSeries) return;
    const auto at = devices_.find(address);
    for (const auto& [app, share] : at->second.apps) {
      of(other_devices_, app) += share;
    }
    device_series_ -= at->second.apps.size();
    devices_.erase(at);
  }
}

void FlowMetrics::note_delay(Duration delay) {
  // The frames' clock may be ahead of the system's.
  const double seconds = std::max(0.0, in_seconds(delay));
  const auto bound = std::ranges::lower_bound(kDelayBounds, seconds);
  ++delays_[static_cast<std::size_t>(bound - kDelayBounds.begin())];
  delay_sum_ += seconds;
}

void FlowMetrics::add_devices(std::string& out, Metric metric,
                              std::uint64_t Share::*value) const {
  Samples samples(out, metric);
  for (const auto& [address, device] : devices_) {
    for (const auto& [app, share] : device.apps) {
      samples.add({{"device", address.text()}, {"app", app}}, share.*value);
    }
  }
  for (const auto& [app, share] : other_devices_) {
    samples.add({{"device", kOther}, {"app", app}}, share.*value);
  }
}

std::string FlowMetrics::text(const MetricsStatus& status) const {
  std::string out;
  Samples(out, Metric::kBuild).add({{"version", status.version}}, 1);
  Samples(out, Metric::kStarted).add({}, status.started);
  Samples frames(out, Metric::kFrames);
  for (const LedgerHeading& heading : kLedgerHeadings) {
    frames.add({{"outcome", outcome_value(heading.name)}},
               status.ledger.of(heading.outcome));
  }
  Samples(out, Metric::kBytes).add({}, status.live.bytes);
  Samples(out, Metric::kDrops).add({}, status.live.dropped);
  Samples flows(out, Metric::kFlows);
  for (const auto& [app, share] : apps_) flows.add({{"app", app}}, share.flows);
  Samples bytes(out, Metric::kFlowBytes);
  for (const auto& [app, share] : apps_) bytes.add({{"app", app}}, share.bytes);
  add_devices(out, Metric::kDeviceFlows, &Share::flows);
  add_devices(out, Metric::kDeviceBytes, &Share::bytes);
  Samples current(out, Metric::kDeviceApp);
  for (const auto& [address, device] : devices_) {
    if (status.live.now > device.last + kActive) continue;
    const bool is_named =
        device.named && status.live.now <= *device.named + kActive;
    current.add({{"device", address.text()},
                 {"app", is_named ? std::string_view(device.app)
                                  : std::string_view(kUnknownName)}},
                1);
  }
  Samples(out, Metric::kOpenFlows).add({}, status.live.open_flows);
  Samples delays(out, Metric::kDelay);
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < delays_.size(); ++i) {
    cumulative += delays_[i];
    const std::string bound =
        i < kDelayBounds.size() ? fmt::format("{}", kDelayBounds[i]) : "+Inf";
    delays.add({{"le", bound}}, cumulative, "_bucket");
  }
  delays.add({}, delay_sum_, "_sum");
  delays.add({}, cumulative, "_count");
  Samples(out, Metric::kLostLines).add({}, status.lost_lines);
  if (status.memory) Samples(out, Metric::kMemory).add({}, *status.memory);
  add_drift(status.drift, out);
  add_candidate(status.candidate, out);
  return out;
}

}  // namespace flowtell
