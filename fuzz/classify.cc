// SPDX-License-Identifier: Apache-2.0
//
// What `classify` does from a capture to its lines: a byte that chooses how,
// then the capture. Every frame is in the ledger, every packet used is in a
// flow, every flow has finite features, a verdict and one line.
#include <algorithm>
#include <cmath>

#include "capture/capture_file.h"
#include "capture/compressed.h"
#include "report/flow_reporter.h"
#include "report/ledger_text.h"
#include "support/samples.h"
#include "target.h"

namespace {

using namespace flowtell;

class Checker : public FlowListener {
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

FlowWriterOptions writing(unsigned how, const FeatureList& features) {
  FlowWriterOptions options;
  options.format = static_cast<FlowFormat>(how % kFlowFormatNames.size());
  options.with_verdicts = true;
  if (options.format == FlowFormat::kText) return options;
  options.feature_columns = features.column_names();
  options.with_names = options.with_ambiguity = true;
  return options;
}

const Model& model() {
  static const Model kModel = small_model();
  return kModel;
}

// One for each selection of evidence.
std::vector<ClassifierSession> make_judges() {
  std::vector<ClassifierSession> sessions;
  for (const EvidenceKinds& kinds : kEvidenceKinds) {
    auto classifier = ClassifierSession::make(model(), kinds, {});
    require(classifier.has_value(),
            "the model of the tests is of this program");
    sessions.push_back(std::move(*classifier));
  }
  return sessions;
}

void classify(FrameSource& source, unsigned how) {
  static const FeatureList kFeatures =
      *FeatureList::parse("classic14,appscanner54,robust");
  static std::vector<ClassifierSession> sessions = make_judges();
  ClassifierSession& classifier = sessions[how % sessions.size()];
  const auto writer = make_flow_writer(writing(how >> 4, kFeatures));
  std::string text;
  LineListener lines(*writer, text);
  Checker checker;
  FlowReporter reporter(kFeatures,
                        NamingClassifier{&classifier, &model().apps, &model()},
                        {&lines, &checker});
  FlowOptions options;
  options.key = model().flow_key;
  options.burst_gap = model().burst_gap;
  options.names = true;
  FlowMeter meter(options, reporter);
  writer->begin_capture(text, "phone.pcap");
  reporter.begin_capture(meter.origin());
  meter_all(source, meter);

  const MeterReport report = meter.report();
  require(report.ledger.sum() == report.frames, "the ledger adds up");
  require(report.ledger.of(FrameOutcome::kUsed) == checker.packets,
          "every packet used is in a flow");
  require(report.flows == checker.flows, "every flow is told once");
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
  // A few packed bytes may be millions of frames; they have their own targets.
  if (looks_gzip(capture) || looks_zstd(capture)) return 0;
  const auto source = open_capture(capture, "phone.pcap");
  if (source) classify(**source, data[0]);
  return 0;
}
