// SPDX-License-Identifier: Apache-2.0
#include "model/dataset.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <set>
#include <unordered_map>

#include "base/checksum.h"
#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "base/threads.h"
#include "capture/capture_files.h"
#include "features/flow_measurer.h"
#include "features/flow_parts.h"
#include "model/other_traffic.h"

namespace flowtell {
namespace {

// An app of a recording, with what is counted per app.
struct RowOwner {
  Owner owner;
  std::uint64_t full_packets = 0;
  std::uint64_t joined_packets = 0;
};

// The rows and facts of one recording.
struct CaptureRows {
  std::vector<float> values;
  std::vector<RowFacts> facts;          // one per row
  std::vector<std::string> names;       // one per row
  std::vector<std::uint32_t> owner_of;  // one per row: into `owners`
  std::vector<RowOwner> owners;         // exactly one if it has a label
  std::uint64_t unlabelled_flows = 0;
  PartRows parts;
  CaptureFacts recording;
  std::string sha256;
};

class RowSink : public FlowSink {
 public:
  RowSink(const LoadOptions& options, const LabelledCapture& capture,
          CaptureRows& out)
      : measurer_(options.features),
        with_parts_(options.parts),
        device_(capture.device),
        by_owner_(capture.names_own_apps()),
        out_(out) {
    if (!by_owner_) out_.owners.push_back({.owner = {.app = capture.app}});
  }

  void take(const Flow& flow) override {
    ++number_;
    if (device_ && flow.device != *device_ && flow.device_address != *device_) {
      return;
    }
    // An app called "unknown" is none that could be learned.
    if (by_owner_ &&
        (flow.owner.app.empty() || flow.owner.app == kUnknownName)) {
      ++out_.unlabelled_flows;
      return;
    }
    const std::uint32_t owner = by_owner_ ? find_or_add(flow.owner) : 0;
    out_.owner_of.push_back(owner);
    if (with_parts_) measure_parts(flow);
    measurer_.append_row(flow, out_.values);
    out_.facts.push_back({flow.device, flow.first, flow.last, burst_, 0,
                          flow.name.source, flow.protocol, flow.remote_port,
                          flow.sent.packets + flow.received.packets, number_,
                          flow_id_bytes(flow)});
    out_.names.emplace_back(flow.name.evidence());
    if (flow.protocol == Protocol::kTcp)
      count_packets(flow, out_.owners[owner]);
  }

  void end_burst() override { ++burst_; }

 private:
  std::uint32_t find_or_add(const FlowOwner& owner) {
    const auto next = static_cast<std::uint32_t>(out_.owners.size());
    const auto [at, is_new] =
        numbers_.try_emplace({std::string(owner.app), owner.uid}, next);
    if (is_new) {
      out_.owners.push_back({.owner = {at->first.first, owner.uid}});
    }
    out_.owners[at->second].owner.is_cut |= owner.is_cut;
    return at->second;
  }

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

  static void count_packets(const Flow& flow, RowOwner& owner) {
    for (const PacketRecord& packet : flow.packets) {
      if (packet.length >= CaptureFacts::kFullPacket) ++owner.full_packets;
      if (packet.length > CaptureFacts::kUsualMtu) ++owner.joined_packets;
    }
  }

  FlowMeasurer measurer_;
  bool with_parts_;
  std::optional<Address> device_;
  bool by_owner_;
  CaptureRows& out_;
  std::map<std::pair<std::string, std::int32_t>, std::uint32_t> numbers_;
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
  meter.set_clocks(source.clocks());
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
  CaptureFiles files = {capture.path};
  files.insert(files.end(), capture.more.begin(), capture.more.end());
  auto source = open_capture(files);
  if (!source) return fail(std::move(source).error());
  auto hash = hash_file(capture.path);
  if (!hash) return fail(std::move(hash).error());
  CaptureRows loaded;
  loaded.sha256 = *hash;
  RowSink sink(options, capture, loaded);
  FlowMeter meter(options.flow, sink);
  meter_span(**source, capture, meter, loaded.recording);
  loaded.recording.meter = meter.report();
  loaded.recording.format = (*source)->format();
  loaded.recording.damage = (*source)->damage();
  if (capture.names_own_apps() && loaded.unlabelled_flows > 0 &&
      loaded.owners.empty()) {
    return fail(ErrorKind::kNoData,
                "{} does not name the apps of its flows; give a folder with a "
                "sub-folder for each app, or name the app in a manifest",
                capture.path);
  }
  return loaded;
}

// Fails if the app of a capture is not among `apps`.
Result<void> check_apps(std::span<const LabelledCapture> captures,
                        const std::vector<std::string>& apps) {
  for (const LabelledCapture& capture : captures) {
    if (capture.names_own_apps()) continue;
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

// Appends the rows of one recording, as one capture of each of their apps.
class Appender {
 public:
  // `labels` may be changed until the first call of `append`.
  Appender(const OwnerLabels& labels, bool has_fixed_apps, LoadedDataset& all)
      : labels_(labels),
        has_fixed_apps_(has_fixed_apps),
        names_(all.dataset.names),
        all_(all) {}

  void append(const LabelledCapture& capture, CaptureRows from) {
    const auto captures = add_captures(capture, from);
    for (std::size_t i = 0; i < from.facts.size(); ++i) {
      append_row(from, i, captures[from.owner_of[i]]);
    }
    const MeterReport& report = from.recording.meter;
    all_.report += report;
    if (from.recording.damage) {
      all_.damaged.push_back({capture.path, *from.recording.damage});
    }
    if (!capture.names_own_apps()) return;
    if (report.flows == 0) {
      all_.unused.push_back(fmt::format("{} gave no flow", capture.path));
    }
    all_.owners.unlabelled_flows += from.unlabelled_flows;
    all_.owners.disputed_packets += report.disputed_packets;
    all_.owners.disputed_flows += report.disputed_flows;
  }

 private:
  static constexpr std::uint32_t kLeftOut = UINT32_MAX;

  // By owner: the number of its capture, or kLeftOut.
  std::vector<std::uint32_t> add_captures(const LabelledCapture& capture,
                                          const CaptureRows& from) {
    Dataset& data = all_.dataset;
    const std::uint32_t recording =
        data.captures.empty() ? 0 : data.captures.back().recording + 1;
    std::vector<AppId> apps;
    std::map<AppId, std::uint32_t> captures;  // in the order of apps
    for (const RowOwner& owner : from.owners) {
      apps.push_back(app_of(owner));
      if (apps.back() != kUnknownApp) captures[apps.back()] = 0;
    }
    for (auto& [app, number] : captures) {
      number = static_cast<std::uint32_t>(data.captures.size());
      const MeterReport& report = from.recording.meter;
      data.captures.push_back({capture.path, capture.group, app, from.sha256, 0,
                               report.first, report.last, recording});
      data.captures.back().session = capture.session;
      all_.recordings.push_back(from.recording);
    }
    std::vector<std::uint32_t> of_owner;
    for (std::size_t i = 0; i < apps.size(); ++i) {
      const auto at = captures.find(apps[i]);
      of_owner.push_back(at == captures.end() ? kLeftOut : at->second);
      if (at == captures.end()) continue;
      CaptureFacts& facts = all_.recordings[at->second];
      facts.full_packets += from.owners[i].full_packets;
      facts.joined_packets += from.owners[i].joined_packets;
    }
    if (capture.names_own_apps()) count_flows(from, of_owner);
    return of_owner;
  }

  // kUnknownApp if it is not among fixed apps.
  AppId app_of(const RowOwner& owner) const {
    const std::vector<std::string>& apps = all_.dataset.apps;
    const std::string label =
        labels_.of(owner.owner, has_fixed_apps_ ? apps : kAnyApps);
    const auto at = std::lower_bound(apps.begin(), apps.end(), label);
    if (at == apps.end() || *at != label) return kUnknownApp;
    return static_cast<AppId>(at - apps.begin());
  }

  void count_flows(const CaptureRows& from,
                   const std::vector<std::uint32_t>& capture_of_owner) {
    for (const std::uint32_t owner : from.owner_of) {
      if (capture_of_owner[owner] != kLeftOut) {
        ++all_.owners.labelled_flows;
        continue;
      }
      ++all_.owners.untrained_flows;
      all_.owners.untrained_apps.push_back(from.owners[owner].owner.app);
    }
    auto& apps = all_.owners.untrained_apps;
    std::sort(apps.begin(), apps.end());
    apps.erase(std::unique(apps.begin(), apps.end()), apps.end());
  }

  void append_row(CaptureRows& from, std::size_t i, std::uint32_t capture) {
    if (capture == kLeftOut) return;
    Dataset& data = all_.dataset;
    const auto row = static_cast<std::uint32_t>(data.rows());
    const auto values =
        std::span(from.values).subspan(i * data.width, data.width);
    data.values.insert(data.values.end(), values.begin(), values.end());
    from.parts.append_parts(static_cast<std::uint32_t>(i), row, data.width,
                            data.parts);
    data.labels.push_back(data.captures[capture].app);
    data.capture_of.push_back(capture);
    ++data.captures[capture].flows;
    from.facts[i].name = names_.of(from.names[i]);
    data.facts.push_back(from.facts[i]);
  }

  static inline const std::vector<std::string> kAnyApps;

  const OwnerLabels& labels_;
  bool has_fixed_apps_;
  NameNumbers names_;
  LoadedDataset& all_;
};

// The labels of all captures, sorted.
std::vector<std::string> apps_of(std::span<const LabelledCapture> captures,
                                 std::span<const Result<CaptureRows>> loaded,
                                 const OwnerLabels& labels) {
  std::set<std::string> apps;
  for (std::size_t i = 0; i < captures.size(); ++i) {
    if (!captures[i].names_own_apps()) {
      apps.insert(captures[i].app);
    } else if (loaded[i]) {
      for (const RowOwner& owner : loaded[i]->owners) {
        apps.insert(labels.of(owner.owner, {}));
      }
    }
  }
  return {apps.begin(), apps.end()};
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

std::size_t Dataset::apps_with_flows() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      flows_per_app(), [](std::uint64_t flows) { return flows > 0; }));
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
  selected.burst_limit = burst_limit;
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

std::size_t count_recordings(std::span<const CaptureRecord> captures) {
  std::set<std::uint32_t> recordings;
  for (const CaptureRecord& capture : captures) {
    recordings.insert(capture.recording);
  }
  return recordings.size();
}

std::vector<std::string> LoadedDataset::remarks() const {
  std::vector<std::string> remarks = owners.remarks();
  remarks.insert(remarks.begin(), unused.begin(), unused.end());
  return remarks;
}

Result<LoadedDataset> load_dataset(std::span<const LabelledCapture> captures,
                                   const LoadOptions& options) {
  LoadedDataset all;
  all.dataset.apps = options.apps;
  all.dataset.width = options.features.width();
  all.dataset.features = options.features;
  all.dataset.flow_key = options.flow.key;
  all.dataset.burst_gap = options.flow.burst_gap;
  all.dataset.burst_limit = options.flow.burst_limit;
  if (options.apps.empty()) all.dataset.others = lab_traffic(options.features);
  if (!options.apps.empty()) {
    auto checked = check_apps(captures, options.apps);
    if (!checked) return fail(std::move(checked).error());
  }
  std::vector<Result<CaptureRows>> loaded(captures.size(), CaptureRows{});
  std::atomic<std::size_t> done = 0;
  for_each_task(options.threads, captures.size(), [&](std::size_t i) {
    loaded[i] = read_capture(captures[i], options);
    if (options.progress) options.progress(++done, captures.size());
  });
  OwnerLabels labels;
  for (const Result<CaptureRows>& rows : loaded) {
    if (!rows) continue;
    std::vector<Owner> owners;
    for (const RowOwner& owner : rows->owners) owners.push_back(owner.owner);
    labels.add(owners);
  }
  if (options.apps.empty()) {
    all.dataset.apps = apps_of(captures, loaded, labels);
  }
  if (all.dataset.apps.size() > kMaxApps) {
    return fail(ErrorKind::kResource,
                "{} apps are more than a model can hold ({}); leave some out",
                all.dataset.apps.size(), kMaxApps);
  }
  Appender appender(labels, !options.apps.empty(), all);
  std::optional<Error> first_problem;
  for (std::size_t i = 0; i < captures.size(); ++i) {
    if (loaded[i]) {
      appender.append(captures[i], std::move(*loaded[i]));
      continue;
    }
    const bool names_no_app = captures[i].names_own_apps() &&
                              loaded[i].error().kind == ErrorKind::kNoData;
    const bool is_optional = names_no_app && captures[i].is_optional;
    if (is_optional ? captures.size() == 1
                    : names_no_app || is_needed(captures, i)) {
      return fail(std::move(loaded[i]).error());
    }
    if (!first_problem) first_problem = loaded[i].error();
    (is_optional ? all.unused : all.unread)
        .push_back(std::move(loaded[i]).error().message);
  }
  if (all.dataset.captures.empty() && first_problem) {
    return fail(*std::move(first_problem));
  }
  return all;
}

}  // namespace flowtell
