// SPDX-License-Identifier: Apache-2.0
//
// The path of `classify` from a capture to output lines. The input is one byte
// of options, then the capture. Every frame is in the ledger, every used packet
// is in a flow, and every flow has finite features, a verdict and one line.
#include <algorithm>
#include <cmath>

#include "capture/capture_file.h"
#include "capture/file_formats.h"
#include "classify/flow_reporter.h"
#include "report/flow_writer.h"
#include "report/ledger_text.h"
#include "support/samples.h"
#include "target.h"

namespace {

using namespace flowtell;

class Checker : public FlowReportSink {
 public:
  void take(const FlowReport& report) override {
    ++flows;
    packets += report.flow.sent.packets + report.flow.received.packets;
    require(
        std::ranges::all_of(report.features,
                            [](double value) { return std::isfinite(value); }),
        "every feature is finite");
    require(report.verdict && report.verdict->confidence >= 0 &&
                report.verdict->confidence <= 1.000001,
            "every flow has a verdict");
  }

  std::uint64_t flows = 0;
  std::uint64_t packets = 0;
};

FlowWriterOptions writer_options(unsigned how, const FeatureList& features) {
  FlowWriterOptions options;
  options.format = static_cast<FlowFormat>(how % kFlowFormatNames.size());
  options.with_verdicts = true;
  if (options.format == FlowFormat::kText) return options;
  options.feature_columns = features.column_names();
  options.with_names = options.with_hello = options.with_ambiguity = true;
  return options;
}

// One session per selection of evidence.
std::vector<ClassifierSession> make_sessions() {
  std::vector<ClassifierSession> sessions;
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    const auto classifier = Classifier::make(small_model(), kinds, {});
    require(classifier.has_value(), "the test model fits this program");
    sessions.emplace_back(*classifier);
  }
  return sessions;
}

void classify(FrameSource& source, unsigned how) {
  static const FeatureList kFeatures =
      *FeatureList::parse("classic14,appscanner54,robust");
  static std::vector<ClassifierSession> sessions = make_sessions();
  ClassifierSession& session = sessions[how % sessions.size()];
  const auto writer = make_flow_writer(writer_options(how >> 4, kFeatures));
  std::string text;
  LineSink lines(*writer, text);
  Checker checker;
  FlowReporter reporter(kFeatures, Naming{&session, true}, {&lines, &checker});
  FlowOptions options = session.classifier().flow_options();
  options.names = options.hello = true;
  FlowMeter meter(options, reporter);
  writer->begin_capture(text, "phone.pcap");
  reporter.begin_capture(meter.origin());
  meter_all(source, meter);

  const MeterReport report = meter.report();
  require(report.ledger.sum() == report.frames, "the ledger adds up");
  require(report.ledger.of(FrameOutcome::kUsed) == checker.packets,
          "every packet used is in a flow");
  require(report.flows == checker.flows, "every flow is reported once");
  require(std::ranges::count(text, '\n') ==
              static_cast<std::ptrdiff_t>(report.flows),
          "every flow is one line");
  ledger_text(report);
  if (report.flows == 0) no_flow_text(report);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes capture(data + 1, size - 1);
  // Compressed input may be huge; gzip and zstd have their own targets.
  if (looks_like_gzip(capture) || looks_like_zstd(capture)) return 0;
  const auto source = open_capture(capture, "phone.pcap");
  if (source) classify(**source, data[0]);
  return 0;
}
