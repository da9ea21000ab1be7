// SPDX-License-Identifier: Apache-2.0

#include "base/text.h"
#include "classify/classifier.h"
#include "decode/anonymiser.h"
#include "explain/flow_selector.h"
#include "flow/flow_ids.h"
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

constexpr std::size_t kMaxOthersListed = 5;

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
    flow_option_ =
        command
            .add_option(
                "--flow", flow_,
                "Explain only this flow: its number in the order of "
                "'flowtell classify', its flow_id, its Community ID, or a "
                "filter as of Wireshark")
            ->type_name("FLOW");
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
        "  flowtell explain apps.model phone.pcap --flow 'ip.addr==203.0.113.5 "
        "&& tcp.port==443'\n"
        "      the first flow that this filter of Wireshark matches\n"
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
    if (flow_given()) {
      auto selector = FlowSelector::parse(flow_);
      if (!selector) return fail("--flow", std::move(selector).error());
      selector_ = std::move(*selector);
      if (paths_.empty()) {
        return fail(ErrorKind::kUsage, "--flow: name the capture of the flow");
      }
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
      if (!is_requested(flow)) return;
      if (requested) return note_another(*flow.flow);
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
    if (!selector_) {
      return write_report(capture_summary_text(summary, setting),
                          capture_summary_json(summary, setting));
    }
    if (!requested && selector_->number()) {
      return fail(ErrorKind::kUsage,
                  "--flow {}: there {} only {}; use the number of its line in "
                  "'flowtell classify'",
                  flow_, summary.flows() == 1 ? "is" : "are",
                  counted(summary.flows(), "flow"));
    }
    if (!requested) {
      return fail(ErrorKind::kUsage,
                  "--flow {}: none of the {} matches; see those of 'flowtell "
                  "classify --format csv'",
                  plain_text(flow_), counted(summary.flows(), "flow"));
    }
    title_number_ = requested->number;
    note_others();
    return write_report(flow_explanation_text(*requested, setting),
                        flow_explanation_json(*requested, setting));
  }

  bool flow_given() const { return flow_option_->count() > 0; }

  // By the values that are reported: those of records made with the same key.
  bool is_requested(const TracedFlow& flow) {
    if (!selector_) return false;
    const KeptFlow reported =
        anonymiser_ ? anonymised(*flow.flow, *anonymiser_) : *flow.flow;
    return selector_->matches(flow.number, reported.to_flow());
  }

  void note_another(const KeptFlow& flow) {
    ++others_;
    if (other_ids_.size() >= kMaxOthersListed) return;
    const KeptFlow reported =
        anonymiser_ ? anonymised(flow, *anonymiser_) : flow;
    other_ids_.push_back(flow_id(reported.to_flow()));
  }

  void note_others() const {
    if (others_ == 0) return;
    print_note(fmt::format(
        "flowtell: --flow {} matches {}, of which this is the first; name "
        "another by its flow_id: {}{}\n",
        plain_text(flow_), counted(others_ + 1, "flow"),
        fmt::join(other_ids_, ", "),
        others_ > other_ids_.size() ? " ..." : ""));
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
    const auto use = [&](const CaptureFiles& files,
                         FrameSource& source) -> Result<void> {
      FlowMeter meter(options, tracer);
      tracer.begin_capture(meter, files.front());
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
    return title_number_ == 0
               ? "Verdicts on " + captures
               : fmt::format("Flow {} of {}", title_number_, captures);
  }

  std::string model_;
  std::vector<std::string> paths_;
  std::string flow_;
  const CLI::Option* flow_option_ = nullptr;
  std::optional<FlowSelector> selector_;
  std::size_t title_number_ = 0;  // of the flow explained; 0: none
  std::size_t others_ = 0;        // more flows that were meant
  std::vector<std::string> other_ids_;
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
