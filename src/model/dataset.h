// SPDX-License-Identifier: Apache-2.0
//
// Samples to learn from or to judge: one row a flow, with its app, its capture
// and its features.
//
// Values are single precision: enough for thresholds, half the memory, and what
// every learner here sees; double precision stays in CSV.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "features/feature_list.h"
#include "flow/flow_meter.h"
#include "flow/flow_options.h"
#include "flow/name_source.h"
#include "model/app.h"
#include "model/capture_facts.h"
#include "model/labelled_captures.h"

namespace flowtell {

// What is remembered of a capture that gave samples.
struct CaptureRecord {
  std::string path;
  std::string group;
  AppId app = 0;
  std::string sha256;  // of the file as it stands, packed or not
  std::uint64_t flows = 0;
  std::optional<Timestamp> first;
  std::optional<Timestamp> last;
};

// What is known of a row's flow besides its features: who, when, with whom.
struct RowFacts {
  Address device;
  Timestamp first{};
  Timestamp last{};
  // Bursts of the capture count in the order in which they ended; the rows of
  // one stand side by side.
  std::uint32_t burst = 0;
  std::uint32_t name = 0;  // into Dataset::names
  NameSource name_source = NameSource::kNone;
  Protocol protocol = Protocol::kTcp;
  Port remote_port = 0;
  std::uint64_t packets = 0;  // both ways
  // Among the flows of its capture's metered span, from 1, in their order.
  std::uint32_t number = 0;
};

// Rows of parts of flows (features/flow_parts.h): forests learn from them
// beside the flows; nothing is judged by them and nothing else counts them.
struct PartRows {
  std::vector<float> values;         // as many a part as a row has
  std::vector<std::uint32_t> whole;  // the row it is of; never falling

  std::size_t size() const { return whole.size(); }
  // Adds the parts of `row` to `chosen`, there to be of its row `as`.
  void add_those_of(std::uint32_t row, std::uint32_t as, std::size_t width,
                    PartRows& chosen) const;
};

struct Dataset {
  std::vector<std::string> apps;  // by AppId, in the order of their names
  std::size_t width = 0;          // columns
  std::vector<CaptureRecord> captures;

  // One entry a row; `values` has `width` entries a row.
  std::vector<float> values;
  std::vector<AppId> labels;
  std::vector<std::uint32_t> capture_of;  // into `captures`
  std::vector<RowFacts> facts;

  PartRows parts;

  // Names of servers that flows went to; the first is none.
  std::vector<std::string> names = {""};

  std::size_t rows() const { return labels.size(); }
  std::span<const float> row(std::size_t i) const {
    return std::span(values).subspan(i * width, width);
  }
  std::vector<std::uint64_t> flows_per_app() const;
  // The named rows with their parts, in that order; apps and captures stay as
  // they are.
  Dataset select(std::span<const std::uint32_t> rows) const;
};

// A capture that could be read only in part.
struct DamagedCapture {
  std::string path;
  Damage damage;
};

struct LoadedDataset {
  Dataset dataset;
  MeterReport report;
  std::vector<CaptureFacts> recordings;  // by capture
  std::vector<DamagedCapture> damaged;
  // Why captures gave nothing at all, a sentence each that names it.
  std::vector<std::string> unread;
};

struct LoadOptions {
  FlowOptions flow;
  FeatureList features;
  int threads = 1;
  bool parts = false;  // whether parts of the flows are measured too
  // The apps to number the labels by, for samples that a given model is to
  // judge; empty: those of the captures. An app outside is refused.
  std::vector<std::string> apps;
  // Called from any thread as captures are done: how many, of how many.
  std::function<void(std::size_t, std::size_t)> progress;
};

// Reads all captures. The outcome does not depend on the number of threads. A
// capture that is there and cannot be read does not stop the others; fails
// where one is absent, or none can be read.
Result<LoadedDataset> load_dataset(std::span<const LabelledCapture> captures,
                                   const LoadOptions& options);

}  // namespace flowtell
