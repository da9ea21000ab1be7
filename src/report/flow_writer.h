// SPDX-License-Identifier: Apache-2.0
//
// Flows and their verdicts as something to read: the classic text line, CSV or
// JSON lines. The three forms are described in docs/formats.md.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flow/flow.h"

namespace flowtell {

enum class FlowFormat { kText, kCsv, kJsonLines };
inline constexpr std::array<std::string_view, 3> kFlowFormatNames = {
    "text", "csv", "jsonl"};

struct FlowWriterOptions {
  FlowFormat format = FlowFormat::kText;
  std::vector<std::string> feature_columns;  // CSV and JSON lines only
  bool with_names = false;                   // the same
  bool with_verdicts = false;
  bool with_ambiguity = false;  // CSV and JSON lines, with verdicts only
  bool with_early = false;      // verdicts on flows that go on are among them
  bool mark_bursts = false;     // text: a blank line ends each burst's flows
  bool mark_captures = false;   // text: "# PATH" stands before each capture's
};

struct NamedVerdict {
  std::string_view app;  // or "unknown"
  double confidence = 0;
  // The apps among which flows like this one tell nothing; none where they do.
  std::vector<std::string_view> shared_by = {};
};

// All that is said of one flow.
struct FlowReport {
  const Flow& flow;
  Timestamp origin;                  // times are told since then
  std::span<const double> features;  // one a column
  std::optional<NamedVerdict> verdict;
  bool is_early = false;  // the flow goes on; another report will follow
};

// Writes into a string that the caller empties when it likes.
class FlowWriter {
 public:
  explicit FlowWriter(FlowWriterOptions options)
      : options_(std::move(options)) {}
  virtual ~FlowWriter() = default;

  virtual void begin_output(std::string&) {}
  virtual void begin_capture(std::string&, const std::string& path) {
    capture_ = path;
  }
  virtual void write(std::string& out, const FlowReport& report) = 0;
  virtual void end_burst(std::string&) {}

 protected:
  const FlowWriterOptions& options() const { return options_; }
  const std::string& capture() const { return capture_; }

 private:
  FlowWriterOptions options_;
  std::string capture_;
};

std::unique_ptr<FlowWriter> make_flow_writer(FlowWriterOptions options);

}  // namespace flowtell
