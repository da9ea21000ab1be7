// SPDX-License-Identifier: Apache-2.0
#include "model/dataset.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <unordered_map>

#include "base/checksum.h"
#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "base/threads.h"
#include "capture/capture_file.h"
#include "features/flow_measurer.h"
#include "features/flow_parts.h"
#include "model/other_traffic.h"

namespace flowtell {
namespace {

// The rows and facts of one capture.
struct CaptureRows {
  std::vector<float> values;
  std::vector<RowFacts> facts;     // one per row
  std::vector<std::string> names;  // one per row
  PartRows parts;
  CaptureFacts recording;
  std::string sha256;
};

class RowSink : public FlowSink {
 public:
  RowSink(const LoadOptions& options, std::optional<Address> device,
          CaptureRows& out)
      : measurer_(options.features),
        with_parts_(options.parts),
        device_(device),
        out_(out) {}

  void take(const Flow& flow) override {
    ++number_;
    if (device_ && flow.device != *device_ && flow.device_address != *device_) {
      return;
    }
    if (with_parts_) measure_parts(flow);
    measurer_.append_row(flow, out_.values);
    out_.facts.push_back({flow.device, flow.first, flow.last, burst_, 0,
                          flow.name.source, flow.protocol, flow.remote_port,
                          flow.sent.packets + flow.received.packets, number_});
    out_.names.emplace_back(flow.name.evidence());
    if (flow.protocol == Protocol::kTcp) count_packets(flow);
  }

  void end_burst() override { ++burst_; }

 private:
  // The cuts depend only on the time of the flow.
  void measure_parts(const Flow& flow) {
    const std::size_t row = out_.facts.size();
    Random random(
        static_cast<std::uint64_t>(flow.first.time_since_epoch().count()));
    for (const Flow& cut : draw_parts(flow, random)) {
      measurer_.append_row(cut, out_.parts.values);
      out_.parts.whole.push_back(static_cast<std::uint32_t>(row));
    }
  }

  void count_packets(const Flow& flow) {
    CaptureFacts& facts = out_.recording;
    for (const PacketRecord& packet : flow.packets) {
      if (packet.length >= CaptureFacts::kFullPacket) ++facts.full_packets;
      if (packet.length > CaptureFacts::kUsualMtu) ++facts.joined_packets;
    }
  }

  FlowMeasurer measurer_;
  bool with_parts_;
  std::optional<Address> device_;
  CaptureRows& out_;
  std::uint32_t burst_ = 0;
  std::uint32_t number_ = 0;
};

Timestamp on_calendar(const Moment& moment, Timestamp first) {
  if (const auto* since = std::get_if<Duration>(&moment)) return first + *since;
  return std::get<Timestamp>(moment);
}

void count_truncation(const Frame& frame, CaptureFacts& facts) {
  const auto kept = static_cast<std::uint32_t>(frame.bytes.size());
  if (kept < frame.wire_length) {
    ++facts.cut_frames;
    facts.min_cut = std::min(facts.min_cut, kept);
  }
  facts.max_captured = std::max(facts.max_captured, kept);
}

// Meters the frames within the time span of the capture.
void meter_span(FrameSource& source, const LabelledCapture& capture,
                FlowMeter& meter, CaptureFacts& facts) {
  std::array<Frame, 64> batch;
  std::optional<Timestamp> first;
  while (const std::size_t count = source.read(batch)) {
    for (const Frame& frame : std::span(batch).first(count)) {
      if (!first) first = frame.time;
      if (capture.from && frame.time < on_calendar(*capture.from, *first)) {
        continue;
      }
      if (capture.to && frame.time > on_calendar(*capture.to, *first)) continue;
      count_truncation(frame, facts);
      meter.add(frame);
    }
  }
  meter.finish();
}

// Returns "" for a pipe, which cannot be read twice.
Result<std::string> hash_file(const std::string& path) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(path, problem)) return std::string();
  auto file = open_for_reading(path);
  if (!file) return fail(std::move(file).error());
  return sha256_of_file(*file).value_or("");
}

Result<CaptureRows> read_capture(const LabelledCapture& capture,
                                 const LoadOptions& options) {
  auto source = open_capture(capture.path);
  if (!source) return fail(std::move(source).error());
  auto hash = hash_file(capture.path);
  if (!hash) return fail(std::move(hash).error());
  CaptureRows loaded;
  loaded.sha256 = *hash;
  RowSink sink(options, capture.device, loaded);
  FlowMeter meter(options.flow, sink);
  meter_span(**source, capture, meter, loaded.recording);
  loaded.recording.meter = meter.report();
  loaded.recording.format = (*source)->format();
  loaded.recording.damage = (*source)->damage();
  return loaded;
}

std::vector<std::string> app_names(std::span<const LabelledCapture> captures) {
  std::vector<std::string> names;
  for (const LabelledCapture& capture : captures) names.push_back(capture.app);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// Fails if the app of a capture is not among `apps`.
Result<void> check_apps(std::span<const LabelledCapture> captures,
                        const std::vector<std::string>& apps) {
  if (apps.size() > kMaxApps) {
    return fail(ErrorKind::kResource,
                "{} apps are more than a model can hold ({}); leave some out",
                apps.size(), kMaxApps);
  }
  for (const LabelledCapture& capture : captures) {
    if (!std::binary_search(apps.begin(), apps.end(), capture.app)) {
      return fail(ErrorKind::kCorrupt,
                  "{} is of the app '{}', which is not among the trained apps "
                  "({}); leave it out or train with it",
                  capture.path, capture.app, listed(apps));
    }
  }
  return {};
}

// Numbers names in order of first use.
class NameNumbers {
 public:
  explicit NameNumbers(std::vector<std::string>& names) : names_(names) {}

  std::uint32_t of(const std::string& name) {
    if (name.empty()) return 0;
    const auto next = static_cast<std::uint32_t>(names_.size());
    const auto [at, is_new] = numbers_.try_emplace(name, next);
    if (is_new) names_.push_back(name);
    return at->second;
  }

 private:
  std::vector<std::string>& names_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

void append(const LabelledCapture& capture, CaptureRows from,
            NameNumbers& names, LoadedDataset& all) {
  Dataset& data = all.dataset;
  const std::size_t rows = from.facts.size();
  const auto before = static_cast<std::uint32_t>(data.rows());
  const auto app = static_cast<AppId>(
      std::lower_bound(data.apps.begin(), data.apps.end(), capture.app) -
      data.apps.begin());
  const auto number = static_cast<std::uint32_t>(data.captures.size());
  const MeterReport& report = from.recording.meter;
  data.captures.push_back({capture.path, capture.group, app, from.sha256, rows,
                           report.first, report.last});
  data.values.insert(data.values.end(), from.values.begin(), from.values.end());
  data.labels.insert(data.labels.end(), rows, app);
  data.capture_of.insert(data.capture_of.end(), rows, number);
  data.parts.values.insert(data.parts.values.end(), from.parts.values.begin(),
                           from.parts.values.end());
  for (const std::uint32_t whole : from.parts.whole) {
    data.parts.whole.push_back(before + whole);
  }
  for (std::size_t i = 0; i < rows; ++i) {
    from.facts[i].name = names.of(from.names[i]);
    data.facts.push_back(from.facts[i]);
  }
  all.report += report;
  if (from.recording.damage) {
    all.damaged.push_back({capture.path, *from.recording.damage});
  }
  all.recordings.push_back(std::move(from.recording));
}

// Whether loading fails without capture i: it is the only one, or it does not
// exist, so its name is a mistake.
bool is_needed(std::span<const LabelledCapture> captures, std::size_t i) {
  std::error_code problem;
  return captures.size() == 1 ||
         (!std::filesystem::exists(captures[i].path, problem) && !problem);
}

}  // namespace

std::vector<std::uint64_t> Dataset::flows_per_app() const {
  std::vector<std::uint64_t> flows(apps.size());
  for (const AppId label : labels) ++flows[label];
  return flows;
}

void PartRows::append_parts(std::uint32_t row, std::uint32_t as,
                            std::size_t width, PartRows& out) const {
  const auto [first, last] = std::equal_range(whole.begin(), whole.end(), row);
  const auto position = [&](auto at) {
    return values.begin() +
           (at - whole.begin()) * static_cast<std::ptrdiff_t>(width);
  };
  out.values.insert(out.values.end(), position(first), position(last));
  out.whole.insert(out.whole.end(), static_cast<std::size_t>(last - first), as);
}

Dataset Dataset::select(std::span<const std::uint32_t> chosen) const {
  Dataset selected;
  selected.apps = apps;
  selected.width = width;
  selected.features = features;
  selected.flow_key = flow_key;
  selected.burst_gap = burst_gap;
  selected.captures = captures;
  selected.names = names;
  selected.others = others;
  for (const std::uint32_t i : chosen) {
    const auto from = row(i);
    parts.append_parts(i, static_cast<std::uint32_t>(selected.rows()), width,
                       selected.parts);
    selected.values.insert(selected.values.end(), from.begin(), from.end());
    selected.labels.push_back(labels[i]);
    selected.capture_of.push_back(capture_of[i]);
    selected.facts.push_back(facts[i]);
  }
  return selected;
}

Result<void> require_two_apps(const Dataset& data) {
  const auto flows = data.flows_per_app();
  std::vector<std::string> with_flows;
  for (std::size_t app = 0; app < flows.size(); ++app) {
    if (flows[app] > 0) with_flows.push_back(data.apps[app]);
  }
  if (with_flows.size() >= 2) return {};
  if (with_flows.empty()) {
    return fail(ErrorKind::kNoData,
                "there is no flow; give captures with TCP or UDP packets");
  }
  return fail(ErrorKind::kNoData,
              "all flows are of one app ('{}'); add captures of another app, "
              "or of background traffic",
              with_flows.front());
}

Result<LoadedDataset> load_dataset(std::span<const LabelledCapture> captures,
                                   const LoadOptions& options) {
  LoadedDataset all;
  all.dataset.apps = options.apps.empty() ? app_names(captures) : options.apps;
  all.dataset.width = options.features.width();
  all.dataset.features = options.features;
  all.dataset.flow_key = options.flow.key;
  all.dataset.burst_gap = options.flow.burst_gap;
  if (options.apps.empty()) all.dataset.others = lab_traffic(options.features);
  if (auto checked = check_apps(captures, all.dataset.apps); !checked) {
    return fail(std::move(checked).error());
  }
  std::vector<Result<CaptureRows>> loaded(captures.size(), CaptureRows{});
  std::atomic<std::size_t> done = 0;
  for_each_task(options.threads, captures.size(), [&](std::size_t i) {
    loaded[i] = read_capture(captures[i], options);
    if (options.progress) options.progress(++done, captures.size());
  });
  NameNumbers names(all.dataset.names);
  std::optional<Error> first_problem;
  for (std::size_t i = 0; i < captures.size(); ++i) {
    if (loaded[i]) {
      append(captures[i], std::move(*loaded[i]), names, all);
    } else if (is_needed(captures, i)) {
      return fail(std::move(loaded[i]).error());
    } else {
      if (!first_problem) first_problem = loaded[i].error();
      all.unread.push_back(std::move(loaded[i]).error().message);
    }
  }
  if (all.dataset.captures.empty() && first_problem) {
    return fail(*std::move(first_problem));
  }
  return all;
}

}  // namespace flowtell
