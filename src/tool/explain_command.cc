// SPDX-License-Identifier: Apache-2.0

#include "base/text.h"
#include "classify/classifier.h"
#include "decode/anonymiser.h"
#include "model/model.h"
#include "model/model_file.h"
#include "report/explanation.h"
#include "report/ledger_text.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/each_capture.h"
#include "tool/options.h"
#include "tool/report_outputs.h"

namespace flowtell {
namespace {

class ExplainCommand : public Command {
 public:
  explicit ExplainCommand(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "explain", "Explain a flow's verdict, whole captures, or a model");
    command.add_option("MODEL", model_, "A model made by 'flowtell train'")
        ->type_name("")
        ->required();
    command
        .add_option("CAPTURE", paths_,
                    "Captures, folders of captures, or -; without any, explain "
                    "the model")
        ->type_name("");
    command
        .add_option("--flow", number_,
                    "Explain only this flow: its number in the order of "
                    "'flowtell classify', from 1")
        ->type_name("N")
        ->check(in_range(std::size_t{1}, std::size_t{1'000'000'000}));
    unknown_.define(command);
    define_evidence(command, evidence_);
    meter_.define(command);
    define_separate(command, joining_);
    anonymise_.define(command);
    outputs_.define_json(command,
                         "Also write all of it as JSON; - for standard output, "
                         "instead of the text");
    outputs_.define_html(
        command,
        "Also write an HTML page; - for standard output, instead of the text");
    command.footer(
        "Examples:\n"
        "  flowtell explain apps.model\n"
        "      the features of each app, and the apps it is confused with\n"
        "  flowtell explain apps.model phone.pcap\n"
        "      per app, the decisive evidence and the strongest flows\n"
        "  flowtell explain apps.model phone.pcap --flow 17\n"
        "      all evidence on the 17th flow, and what would change its "
        "verdict\n"
        "  flowtell classify apps.model phone.pcap | grep -n weather\n"
        "      the numbers of the flows that were named weather");
  }

  Result<ExitCode> run() override {
    auto rule = unknown_.resolve();
    if (!rule) return fail("--unknown", std::move(rule).error());
    auto kinds = EvidenceKinds::parse(evidence_);
    if (!kinds) return fail("--evidence", std::move(kinds).error());
    auto options = meter_.resolve();
    if (!options) return fail(std::move(options).error());
    if (number_ > 0 && paths_.empty()) {
      return fail(ErrorKind::kUsage, "--flow: name the capture of the flow");
    }
    std::vector<std::string> read = paths_;
    read.insert(read.end(), {model_, anonymise_.key_file});
    if (auto opened = outputs_.open(read); !opened) {
      return fail(std::move(opened).error());
    }
    auto key = anonymise_.resolve();
    if (!key) return fail(std::move(key).error());
    if (*key) anonymiser_.emplace(**key);
    if (paths_.empty()) return explain_model();
    options->names = kinds->name;
    auto classifier = load_classifier(model_, *kinds, *rule);
    if (!classifier) return fail(std::move(classifier).error());
    // The model as it is reported. The classifier's own keeps the real names.
    std::optional<Model> pseudonymous;
    if (anonymiser_) {
      pseudonymous = classifier->model();
      anonymise(pseudonymous->captures, *anonymiser_);
    }
    const Model& reported = pseudonymous ? *pseudonymous : classifier->model();
    return explain(*classifier, {reported, *kinds, *rule},
                   classifier->flow_options(*options));
  }

 private:
  Result<ExitCode> explain_model() {
    auto model = load_model(model_);
    if (!model) return fail(std::move(model).error());
    if (anonymiser_) anonymise(model->captures, *anonymiser_);
    return write_report(model_explanation_text(*model),
                        model_explanation_json(*model));
  }

  Result<ExitCode> explain(const Classifier& classifier,
                           const ExplanationSetting& setting,
                           const FlowOptions& options) {
    auto captures = find_captures(paths_);
    if (!captures) return fail(std::move(captures).error());
    const Model& model = setting.model;
    CaptureSummary summary(model.apps.size(), setting.kinds);
    std::optional<FlowExplanation> requested;
    const EvidenceTracer* active_tracer = nullptr;
    EvidenceTracer tracer(classifier, [&](const TracedFlow& flow) {
      add(summary, flow, active_tracer->fewer());
      if (flow.number != number_) return;
      requested = explain_flow(model, *active_tracer, setting.kinds, flow);
      if (anonymiser_) anonymise(*requested, *anonymiser_);
    });
    active_tracer = &tracer;
    if (auto done = trace(*captures, options, tracer); !done) {
      return fail(std::move(done).error());
    }
    if (summary.flows() == 0) {
      return fail(ErrorKind::kNoData, "{}", no_flow_text(report_));
    }
    if (number_ == 0) {
      return write_report(capture_summary_text(summary, setting),
                          capture_summary_json(summary, setting));
    }
    if (!requested) {
      return fail(ErrorKind::kUsage,
                  "--flow {}: there {} only {}; use the number of its line in "
                  "'flowtell classify'",
                  number_, summary.flows() == 1 ? "is" : "are",
                  counted(summary.flows(), "flow"));
    }
    return write_report(flow_explanation_text(*requested, setting),
                        flow_explanation_json(*requested, setting));
  }

  void add(CaptureSummary& summary, const TracedFlow& flow,
           std::span<const EvidenceKinds> fewer) {
    if (!anonymiser_) return summary.add(flow, fewer);
    const KeptFlow kept = anonymised(*flow.flow, *anonymiser_);
    const std::string capture = anonymiser_->capture(*flow.capture);
    TracedFlow anonymous = flow;
    anonymous.flow = &kept;
    anonymous.capture = &capture;
    summary.add(anonymous, fewer);
  }

  // Feeds the flows of all captures to the tracer.
  Result<void> trace(const std::vector<std::string>& captures,
                     const FlowOptions& options, EvidenceTracer& tracer) {
    const auto use = [&](const std::string& path,
                         FrameSource& source) -> Result<void> {
      FlowMeter meter(options, tracer);
      tracer.begin_capture(meter, path);
      meter_all(source, meter);
      report_ += meter.report();
      return {};
    };
    auto is_undamaged = for_each_capture(whole_captures(captures, joining_),
                                         UnpackOn::kCallerThread, use);
    if (!is_undamaged) return fail(std::move(is_undamaged).error());
    any_damage_ = !*is_undamaged;
    return {};
  }

  Result<ExitCode> write_report(const std::string& text,
                                const std::string& json) {
    auto done = outputs_.write([&] { return text; }, [&] { return json; });
    if (done && outputs_.has_page()) {
      done = outputs_.write_page(explanation_html(title(), text, json));
    }
    if (!done) return fail(std::move(done).error());
    return any_damage_ ? ExitCode::kDamaged : ExitCode::kDone;
  }

  std::string title() const {
    if (paths_.empty()) {
      return "Feature profiles of " + (anonymiser_ ? "a model" : model_);
    }
    std::vector<std::string> paths = paths_;
    for (std::string& path : paths) {
      if (anonymiser_) path = anonymiser_->capture(path);
    }
    const std::string captures = listed(paths);
    return number_ == 0 ? "Verdicts on " + captures
                        : fmt::format("Flow {} of {}", number_, captures);
  }

  std::string model_;
  std::vector<std::string> paths_;
  std::size_t number_ = 0;
  Joining joining_ = Joining::kJoin;
  UnknownArguments unknown_;
  std::string evidence_{EvidenceKinds::kAll};
  MeterArguments meter_;
  AnonymiseArguments anonymise_;
  std::optional<Anonymiser> anonymiser_;
  ReportOutputs outputs_;
  MeterReport report_;
  bool any_damage_ = false;
};

}  // namespace

std::unique_ptr<Command> make_explain_command(CLI::App& program) {
  return std::make_unique<ExplainCommand>(program);
}

}  // namespace flowtell
