// SPDX-License-Identifier: Apache-2.0
#include "capture/capture_file.h"
#include "decode/anonymiser.h"
#include "evaluate/drift.h"
#include "flow/flow_meter.h"
#include "model/model_file.h"
#include "report/drift_report.h"
#include "report/ledger_text.h"
#include "report/model_report.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/each_capture.h"
#include "tool/options.h"
#include "tool/report_outputs.h"

namespace flowtell {
namespace {

// Adds the flows of one capture after another to a drift meter.
class DriftSink : public FlowSink {
 public:
  DriftSink(Classifier classifier, DriftMeter& meter)
      : session_(std::move(classifier)), meter_(meter) {}

  void begin_capture() {
    session_.begin_capture();
    meter_.end_sessions();
  }
  void take(const Flow& flow) override { session_.add(flow); }
  void take_early(const Flow& /*flow*/) override {}
  void end_burst() override {
    if (session_.end_burst().empty()) return;
    meter_.add(session_.evidence());
  }

 private:
  ClassifierSession session_;
  DriftMeter& meter_;
};

class ModelCommand : public Command {
 public:
  explicit ModelCommand(CLI::App& program) {
    CLI::App& command =
        *program.add_subcommand("model", "Show the contents of a model file");
    command.add_option("MODEL", path_, "A model made by 'flowtell train'")
        ->type_name("")
        ->required();
    command
        .add_option("--drift", captures_,
                    "Show instead how the traffic of these captures differs "
                    "from the training flows, and whether the model fits it")
        ->type_name("CAPTURE");
    outputs_.define_json(command,
                         "Also write all of it as JSON; - for standard output, "
                         "instead of the text");
    meter_.define(command);
    anonymise_.define(command);
    command.footer(
        "Examples:\n"
        "  flowtell model apps.model\n"
        "  flowtell model apps.model --json - | jq .captures\n"
        "  flowtell model apps.model --drift today.pcap");
  }

  Result<ExitCode> run() override {
    std::vector<std::string> inputs = captures_;
    inputs.push_back(path_);
    inputs.push_back(anonymise_.key_file);
    auto opened = outputs_.open(inputs);
    if (!opened) return fail(std::move(opened).error());
    auto key = anonymise_.resolve();
    if (!key) return fail(std::move(key).error());
    auto model = load_model(path_);
    if (!model) return fail(std::move(model).error());
    if (*key) {
      Anonymiser anonymiser(**key);
      anonymise(*model, anonymiser);
    }
    if (!captures_.empty()) return show_drift(std::move(*model));
    auto written = outputs_.write([&] { return model_text(*model); },
                                  [&] { return model_json(*model); });
    if (!written) return fail(std::move(written).error());
    return ExitCode::kDone;
  }

 private:
  Result<ExitCode> show_drift(Model loaded) {
    if (!loaded.table) {
      return fail(ErrorKind::kNoData,
                  "{} keeps no training flows to compare with; train it again "
                  "without --no-table",
                  path_);
    }
    const auto model = std::make_shared<const Model>(std::move(loaded));
    auto classifier = Classifier::make(model, {}, {});
    if (!classifier) {
      return fail(fmt::format("cannot use {}", path_),
                  std::move(classifier).error());
    }
    const auto reference =
        std::make_shared<const DriftReference>(DriftReference::of(model));
    DriftMeter meter(reference);
    auto is_undamaged = measure(std::move(*classifier), meter);
    if (!is_undamaged) return fail(std::move(is_undamaged).error());
    meter.end_sessions();
    const Drift drift = meter.measure();
    auto written = outputs_.write([&] { return drift_text(drift, path_); },
                                  [&] { return model_json(*model, &drift); });
    if (!written) return fail(std::move(written).error());
    return *is_undamaged ? ExitCode::kDone : ExitCode::kDamaged;
  }

  // Returns whether all captures were undamaged.
  Result<bool> measure(Classifier classifier, DriftMeter& meter) const {
    auto options = meter_.resolve();
    if (!options) return fail(std::move(options).error());
    *options = classifier.flow_options(*options);
    options->names = true;
    auto captures = find_captures(captures_);
    if (!captures) return fail(std::move(captures).error());
    DriftSink sink(std::move(classifier), meter);
    MeterReport report;
    auto is_undamaged = for_each_capture(
        whole_captures(*captures, Joining::kJoin), UnpackOn::kCallerThread,
        [&](const CaptureFiles&, FrameSource& source) -> Result<void> {
          FlowMeter flow_meter(*options, sink);
          sink.begin_capture();
          meter_all(source, flow_meter);
          report += flow_meter.report();
          return {};
        });
    if (is_undamaged && report.flows == 0) {
      return fail(ErrorKind::kNoData, "{}: {}", captures_.front(),
                  no_flow_text(report));
    }
    return is_undamaged;
  }

  std::string path_;
  std::vector<std::string> captures_;
  ReportOutputs outputs_;
  MeterArguments meter_;
  AnonymiseArguments anonymise_;
};

}  // namespace

std::unique_ptr<Command> make_model_command(CLI::App& program) {
  return std::make_unique<ModelCommand>(program);
}

}  // namespace flowtell
