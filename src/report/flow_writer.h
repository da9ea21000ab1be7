// SPDX-License-Identifier: Apache-2.0
//
// Writes flows and their verdicts as classic text lines, CSV or JSON lines.
// docs/formats.md describes the three formats.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "classify/flow_reporter.h"

namespace flowtell {

enum class FlowFormat { kText, kCsv, kJsonLines };
inline constexpr std::array<std::string_view, 3> kFlowFormatNames = {
    "text", "csv", "jsonl"};

struct FlowWriterOptions {
  FlowFormat format = FlowFormat::kText;
  std::vector<std::string> feature_columns;  // CSV and JSON lines only
  bool with_names = false;                   // CSV and JSON lines only
  bool with_hello = false;                   // CSV and JSON lines only
  bool with_owners = false;                  // CSV and JSON lines only
  bool with_service = false;
  bool with_verdicts = false;
  bool with_ambiguity = false;  // CSV and JSON lines, with verdicts only
  bool with_early = false;      // marks early verdicts on open flows
  // The apps whose probabilities are columns; CSV and JSON lines only.
  std::vector<std::string> probability_apps = {};
  bool mark_bursts = false;    // text: a blank line after each burst
  bool mark_captures = false;  // text: "# PATH" before each capture
};

// Appends to a string. The caller may clear it between calls.
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

// Appends the lines of a writer to a string. The owner may clear the string at
// any time.
class LineSink : public FlowReportSink {
 public:
  // REQUIRES: both outlive the sink.
  LineSink(FlowWriter& writer, std::string& text)
      : writer_(writer), text_(text) {}

  void take(const FlowReport& report) override { writer_.write(text_, report); }
  void end_burst() override { writer_.end_burst(text_); }

 private:
  FlowWriter& writer_;
  std::string& text_;
};

}  // namespace flowtell
