// SPDX-License-Identifier: Apache-2.0
//
// A labelled dataset for training or testing: one row per flow, with its app,
// its capture and its features.
//
// Values have single precision: it suffices for thresholds, takes half the
// memory and is what every learner here uses. CSV output has double precision.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "features/feature_list.h"
#include "flow/flow.h"
#include "flow/flow_ids.h"
#include "flow/flow_meter.h"
#include "flow/flow_options.h"
#include "model/app.h"
#include "model/labelled_captures.h"
#include "model/owner_labels.h"

namespace flowtell {

// How a capture came to be trained on.
enum class CaptureOrigin : std::uint8_t {
  kTraining,
  kSiteLabelled,  // a labelled capture of a site (learn/adaptation.h)
  kSiteSession,   // a session of a site, labelled by a model
};

constexpr std::string_view capture_origin_name(CaptureOrigin origin) {
  constexpr std::string_view kNames[] = {"training", "site-labelled",
                                         "site-session"};
  return kNames[static_cast<std::size_t>(origin)];
}

// Metadata of a capture in a dataset. A recording whose flows are of several
// apps, as it names them itself, counts as one capture of each.
struct CaptureRecord {
  std::string path;
  std::string group;
  AppId app = 0;
  std::string sha256;  // of the file as stored, compressed or not
  std::uint64_t flows = 0;
  std::optional<Timestamp> first;
  std::optional<Timestamp> last;
  // The number of its recording; captures of one recording are adjacent.
  std::uint32_t recording = 0;
  CaptureOrigin origin = CaptureOrigin::kTraining;
  double sureness = 1;  // of its label; below 1 for a site's session
  // What must stay in one fold; empty: the path. Not stored in models.
  std::string session = {};

  const std::string& unit() const { return session.empty() ? path : session; }
};

// The number of different recordings.
std::size_t count_recordings(std::span<const CaptureRecord> captures);

// Facts about a row's flow besides its features.
struct RowFacts {
  Address device;
  Timestamp first{};
  Timestamp last{};
  // Number of the burst in its recording, in order of their ends. The rows of a
  // burst are contiguous.
  std::uint32_t burst = 0;
  std::uint32_t name = 0;  // into Dataset::names
  NameSource name_source = NameSource::kNone;
  Protocol protocol = Protocol::kTcp;
  Port remote_port = 0;
  std::uint64_t packets = 0;  // both ways
  // Number of the flow in the metered span of its recording, from 1.
  std::uint32_t number = 0;
  FlowIdBytes id{};  // not kept in models
};

// Rows of flow parts (features/flow_parts.h). Forests train on them in addition
// to the flows; they are never tested or counted.
struct PartRows {
  std::vector<float> values;         // `width` per part
  std::vector<std::uint32_t> whole;  // by part: its row; ascending

  std::size_t size() const { return whole.size(); }
  // Appends the parts of `row` to `out`, as parts of row `as` there.
  void append_parts(std::uint32_t row, std::uint32_t as, std::size_t width,
                    PartRows& out) const;
};

struct Dataset {
  std::vector<std::string> apps;  // by AppId, sorted by name
  std::size_t width = 0;          // columns

  // How the rows were measured; a model trained on them is used alike.
  FeatureList features;
  FlowKey flow_key = FlowKey::kFiveTuple;
  Duration burst_gap = FlowOptions{}.burst_gap;
  Duration burst_limit = FlowOptions{}.burst_limit;

  std::vector<CaptureRecord> captures;

  // One entry per row, in the order of the recordings and of their flows;
  // `values` has `width` entries per row.
  std::vector<float> values;
  std::vector<AppId> labels;
  std::vector<std::uint32_t> capture_of;  // into `captures`
  std::vector<RowFacts> facts;

  PartRows parts;

  // Flows of no trained app (model/other_traffic.h), `width` values each.
  std::vector<float> others;

  // Server names of the flows; the first is empty and means none.
  std::vector<std::string> names = {""};

  std::size_t rows() const { return labels.size(); }
  std::span<const float> row(std::size_t i) const {
    return std::span(values).subspan(i * width, width);
  }
  std::uint32_t recording_of(std::size_t row) const {
    return captures[capture_of[row]].recording;
  }
  std::vector<std::uint64_t> flows_per_app() const;
  std::size_t apps_with_flows() const;
  // The given rows with their parts, in the given order. Apps, captures and
  // others stay the same.
  Dataset select(std::span<const std::uint32_t> rows) const;
};

// Fails unless at least two apps have flows.
Result<void> require_two_apps(const Dataset& data);

// A capture that could be read only in part.
struct DamagedCapture {
  std::string path;
  Damage damage;
};

// How a capture was recorded. Recording conditions show in the flows and must
// not be mistaken for the app.
struct CaptureFacts {
  // Packets longer than the usual link MTU were joined from several before they
  // were recorded (segmentation or receive offload).
  static constexpr std::uint32_t kUsualMtu = 1500;
  // TCP packets of at least this length count as full.
  static constexpr std::uint32_t kFullPacket = 1200;

  MeterReport meter;
  std::optional<CaptureFormat> format;
  std::optional<Damage> damage;
  // Truncated frames, the shortest captured length among them, and the longest
  // captured length of any frame. If the two lengths are equal, they are the
  // snap length; otherwise frames were cut by content.
  std::uint64_t cut_frames = 0;
  std::uint32_t min_cut = UINT32_MAX;
  std::uint32_t max_captured = 0;
  // TCP packets in the flows of its rows: full ones, and ones beyond kUsualMtu.
  std::uint64_t full_packets = 0;
  std::uint64_t joined_packets = 0;
};

struct LoadedDataset {
  Dataset dataset;
  MeterReport report;
  std::vector<CaptureFacts> recordings;  // by capture
  std::vector<DamagedCapture> damaged;
  // Errors of captures that could not be read at all, each naming the capture.
  std::vector<std::string> unread;
  OwnerSummary owners;
  // Sentences about captures that would name their flows' apps, but name none.
  std::vector<std::string> unused;

  // One sentence about each kind of flow or capture that was left out.
  std::vector<std::string> remarks() const;
};

struct LoadOptions {
  FlowOptions flow;
  FeatureList features;
  int threads = 1;
  bool parts = false;  // whether to measure flow parts as well
  // The apps that number the labels, for testing a given model; if empty, the
  // apps of the captures. A capture of another app is an error; flows that a
  // capture names itself as another app's are left out.
  std::vector<std::string> apps;
  // Called from any thread with the number of captures done and the total.
  std::function<void(std::size_t, std::size_t)> progress;
};

// Reads all captures. The result does not depend on the number of threads.
//
// The labels of flows whose apps a capture names itself: see OwnerLabels.
Result<LoadedDataset> load_dataset(std::span<const LabelledCapture> captures,
                                   const LoadOptions& options);

}  // namespace flowtell
