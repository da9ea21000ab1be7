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
#include "features/flow_parts.h"

namespace flowtell {
namespace {

// What one capture gives.
struct Part {
  std::vector<float> values;
  std::vector<RowFacts> facts;     // one a row
  std::vector<std::string> names;  // one a row
  PartRows parts;
  CaptureFacts recording;
  std::string sha256;
};

// Turns each flow into a row.
class RowSink : public FlowSink {
 public:
  RowSink(const LoadOptions& options, std::optional<Address> device, Part& part)
      : features_(options.features),
        with_parts_(options.parts),
        device_(device),
        part_(part),
        measured_(options.features.width()) {}

  void take(const Flow& flow) override {
    ++number_;
    if (device_ && flow.device != *device_) return;
    if (with_parts_) measure_parts(flow);
    measure(flow, part_.values);
    part_.facts.push_back({flow.device, flow.first, flow.last, burst_, 0,
                           flow.name.source, flow.protocol, flow.remote_port,
                           flow.sent.packets + flow.received.packets, number_});
    part_.names.emplace_back(flow.name.server);
    if (flow.protocol == Protocol::kTcp) count_packets(flow);
  }

  void end_burst() override { ++burst_; }

 private:
  void measure(const Flow& flow, std::vector<float>& values) {
    series_.assign(flow);
    features_.measure(series_, measured_);
    for (const double value : measured_) {
      values.push_back(static_cast<float>(value));
    }
  }

  // Where a flow is cut follows from its time alone.
  void measure_parts(const Flow& flow) {
    const std::size_t row = part_.facts.size();
    Random random(
        static_cast<std::uint64_t>(flow.first.time_since_epoch().count()));
    for (const Flow& cut : draw_parts(flow, random)) {
      measure(cut, part_.parts.values);
      part_.parts.whole.push_back(static_cast<std::uint32_t>(row));
    }
  }

  void count_packets(const Flow& flow) {
    CaptureFacts& facts = part_.recording;
    for (const PacketRecord& packet : flow.packets) {
      if (packet.length >= CaptureFacts::kFullPacket) ++facts.full_packets;
      if (packet.length > CaptureFacts::kUsualMtu) ++facts.joined_packets;
    }
  }

  const FeatureList& features_;
  bool with_parts_;
  std::optional<Address> device_;
  Part& part_;
  FlowSeries series_;
  std::vector<double> measured_;
  std::uint32_t burst_ = 0;
  std::uint32_t number_ = 0;
};

Timestamp on_calendar(const Moment& moment, Timestamp first) {
  if (const auto* since = std::get_if<Duration>(&moment)) return first + *since;
  return std::get<Timestamp>(moment);
}

void note_cut(const Frame& frame, CaptureFacts& facts) {
  const auto kept = static_cast<std::uint32_t>(frame.bytes.size());
  if (kept < frame.wire_length) {
    ++facts.cut_frames;
    facts.least_cut = std::min(facts.least_cut, kept);
  }
  facts.most_kept = std::max(facts.most_kept, kept);
}

// Meters the frames that lie in the capture's time span.
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
      note_cut(frame, facts);
      meter.add(frame);
    }
  }
  meter.finish();
}

// Of a pipe, which cannot be read twice, there is none.
Result<std::string> hash_file(const std::string& path) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(path, problem)) return std::string();
  auto file = open_for_reading(path);
  if (!file) return fail(std::move(file).error());
  return sha256_of_file(*file).value_or("");
}

Result<Part> read_part(const LabelledCapture& capture,
                       const LoadOptions& options) {
  auto source = open_capture(capture.path);
  if (!source) return fail(std::move(source).error());
  auto hash = hash_file(capture.path);
  if (!hash) return fail(std::move(hash).error());
  Part part;
  part.sha256 = *hash;
  RowSink sink(options, capture.device, part);
  FlowMeter meter(options.flow, sink);
  meter_span(**source, capture, meter, part.recording);
  part.recording.meter = meter.report();
  part.recording.form = (*source)->form();
  part.recording.damage = (*source)->damage();
  return part;
}

std::vector<std::string> app_names(std::span<const LabelledCapture> captures) {
  std::vector<std::string> names;
  for (const LabelledCapture& capture : captures) names.push_back(capture.app);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// Refuses captures of apps that are not among `apps`.
Result<void> check_apps(std::span<const LabelledCapture> captures,
                        const std::vector<std::string>& apps) {
  if (apps.size() > kMaxApps) {
    return fail(ErrorKind::kInput, "{} apps are more than the {} a model holds",
                apps.size(), kMaxApps);
  }
  for (const LabelledCapture& capture : captures) {
    if (!std::binary_search(apps.begin(), apps.end(), capture.app)) {
      return fail(ErrorKind::kInput,
                  "{} is of the app '{}', which is not among the apps learned "
                  "({}); leave it out or learn it too",
                  capture.path, capture.app, listed(apps));
    }
  }
  return {};
}

// The numbers of names, in the order in which they are met.
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

void append(const LabelledCapture& capture, Part part, NameNumbers& names,
            LoadedDataset& all) {
  Dataset& data = all.dataset;
  const std::size_t rows = part.facts.size();
  const auto before = static_cast<std::uint32_t>(data.rows());
  const auto app = static_cast<AppId>(
      std::lower_bound(data.apps.begin(), data.apps.end(), capture.app) -
      data.apps.begin());
  const auto number = static_cast<std::uint32_t>(data.captures.size());
  const MeterReport& report = part.recording.meter;
  data.captures.push_back({capture.path, capture.group, app, part.sha256, rows,
                           report.first, report.last});
  data.values.insert(data.values.end(), part.values.begin(), part.values.end());
  data.labels.insert(data.labels.end(), rows, app);
  data.capture_of.insert(data.capture_of.end(), rows, number);
  data.parts.values.insert(data.parts.values.end(), part.parts.values.begin(),
                           part.parts.values.end());
  for (const std::uint32_t whole : part.parts.whole) {
    data.parts.whole.push_back(before + whole);
  }
  for (std::size_t i = 0; i < rows; ++i) {
    part.facts[i].name = names.of(part.names[i]);
    data.facts.push_back(part.facts[i]);
  }
  all.report += report;
  if (part.recording.damage) {
    all.damaged.push_back({capture.path, *part.recording.damage});
  }
  all.recordings.push_back(std::move(part.recording));
}

// Others can be learned from without it, unless it is the only one, or is named
// and not there: then somebody is mistaken.
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

void PartRows::add_those_of(std::uint32_t row, std::uint32_t as,
                            std::size_t width, PartRows& chosen) const {
  const auto [first, last] = std::equal_range(whole.begin(), whole.end(), row);
  const auto place = [&](auto at) {
    return values.begin() +
           (at - whole.begin()) * static_cast<std::ptrdiff_t>(width);
  };
  chosen.values.insert(chosen.values.end(), place(first), place(last));
  chosen.whole.insert(chosen.whole.end(),
                      static_cast<std::size_t>(last - first), as);
}

Dataset Dataset::select(std::span<const std::uint32_t> chosen) const {
  Dataset part;
  part.apps = apps;
  part.width = width;
  part.captures = captures;
  part.names = names;
  for (const std::uint32_t i : chosen) {
    const auto from = row(i);
    parts.add_those_of(i, static_cast<std::uint32_t>(part.rows()), width,
                       part.parts);
    part.values.insert(part.values.end(), from.begin(), from.end());
    part.labels.push_back(labels[i]);
    part.capture_of.push_back(capture_of[i]);
    part.facts.push_back(facts[i]);
  }
  return part;
}

Result<LoadedDataset> load_dataset(std::span<const LabelledCapture> captures,
                                   const LoadOptions& options) {
  LoadedDataset all;
  all.dataset.apps = options.apps.empty() ? app_names(captures) : options.apps;
  all.dataset.width = options.features.width();
  if (auto fine = check_apps(captures, all.dataset.apps); !fine) {
    return fail(std::move(fine).error());
  }
  std::vector<Result<Part>> parts(captures.size(), Part{});
  std::atomic<std::size_t> done = 0;
  for_each_task(options.threads, captures.size(), [&](std::size_t i) {
    parts[i] = read_part(captures[i], options);
    if (options.progress) options.progress(++done, captures.size());
  });
  NameNumbers names(all.dataset.names);
  for (std::size_t i = 0; i < captures.size(); ++i) {
    if (parts[i]) {
      append(captures[i], std::move(*parts[i]), names, all);
    } else if (is_needed(captures, i)) {
      return fail(std::move(parts[i]).error());
    } else {
      all.unread.push_back(std::move(parts[i]).error().message);
    }
  }
  if (all.dataset.captures.empty() && !all.unread.empty()) {
    return fail(ErrorKind::kInput, "{}", all.unread.front());
  }
  return all;
}

}  // namespace flowtell
