// SPDX-License-Identifier: Apache-2.0

#include "base/text.h"
#include "model/model_file.h"
#include "report/anonymised.h"
#include "report/explanation.h"
#include "report/explanation_page.h"
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
        "explain", "Tell why: of a flow, of captures, or of a model");
    command.add_option("MODEL", model_, "A model made by 'flowtell train'")
        ->type_name("")
        ->required();
    command
        .add_option("CAPTURE", paths_,
                    "Captures, folders of them, or -; without one, the model "
                    "itself is explained")
        ->type_name("");
    command
        .add_option("--flow", number_,
                    "Explain this flow alone: its number in the order in which "
                    "'flowtell classify' prints them, from 1")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000'000}));
    unknown_.define(command);
    define_evidence(command, evidence_);
    meter_.define(command);
    anonymise_.define(command);
    outputs_.define_json(command,
                         "Also write all of it as JSON; - for standard output, "
                         "instead of the text");
    outputs_.define_html(command,
                         "Also write it as a page for any browser; - for "
                         "standard output, instead of the text");
    command.footer(
        "Examples:\n"
        "  flowtell explain apps.model\n"
        "      what each app is known by, and whose flows it is taken for\n"
        "  flowtell explain apps.model phone.pcap\n"
        "      per app, which evidence decided, and the flows that drew it\n"
        "  flowtell explain apps.model phone.pcap --flow 17\n"
        "      all that was said of the 17th flow, and what would change it\n"
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
      return fail(ErrorKind::kUsage,
                  "--flow: name the capture that the flow is in");
    }
    std::vector<std::string> read = paths_;
    read.insert(read.end(), {model_, anonymise_.key_file});
    if (auto opened = outputs_.open(read); !opened) {
      return fail(std::move(opened).error());
    }
    auto key = anonymise_.resolve();
    if (!key) return fail(std::move(key).error());
    if (*key) anonymiser_.emplace(**key);
    auto model = load_model(model_);
    if (!model) return fail(std::move(model).error());
    if (anonymiser_) anonymise(model->captures, *anonymiser_);
    if (paths_.empty()) {
      return reported(model_explanation_text(*model),
                      model_explanation_json(*model));
    }
    options->key = model->flow_key;
    options->burst_gap = model->burst_gap;
    options->names = kinds->name;
    return explain(*model, {*model, *kinds, *rule}, *options);
  }

 private:
  Result<ExitCode> explain(const Model& model,
                           const ExplanationSetting& setting,
                           const FlowOptions& options) {
    auto captures = find_captures(paths_);
    if (!captures) return fail(std::move(captures).error());
    CaptureSummary account(model.apps.size(), setting.kinds);
    std::optional<FlowExplanation> asked;
    const EvidenceTracer* judging = nullptr;
    auto inquiry = EvidenceTracer::make(
        model, setting.kinds, setting.rule, [&](const TracedFlow& flow) {
          add(account, flow, judging->fewer());
          if (flow.number != number_) return;
          asked = explain_flow(model, *judging, setting.kinds, flow);
          if (anonymiser_) anonymise(*asked, *anonymiser_);
        });
    if (!inquiry) {
      return fail(fmt::format("cannot use {}", model_),
                  std::move(inquiry).error());
    }
    judging = &*inquiry;
    if (auto done = predict(*captures, options, *inquiry); !done) {
      return fail(std::move(done).error());
    }
    if (account.flows() == 0) {
      return fail(ErrorKind::kInput, "{}", no_flow_text(report_));
    }
    if (number_ == 0) {
      return reported(capture_summary_text(account, setting),
                      capture_summary_json(account, setting));
    }
    if (!asked) {
      return fail(ErrorKind::kUsage,
                  "--flow {}: there {} only {}; count them "
                  "as 'flowtell classify' prints them",
                  number_, account.flows() == 1 ? "is" : "are",
                  counted(account.flows(), "flow"));
    }
    return reported(flow_explanation_text(*asked, setting),
                    flow_explanation_json(*asked, setting));
  }

  void add(CaptureSummary& account, const TracedFlow& flow,
           std::span<const EvidenceKinds> fewer) {
    if (!anonymiser_) return account.add(flow, fewer);
    const KeptFlow kept = anonymised(*flow.flow, *anonymiser_);
    const std::string capture = anonymiser_->capture(*flow.capture);
    TracedFlow reported = flow;
    reported.flow = &kept;
    reported.capture = &capture;
    account.add(reported, fewer);
  }

  // Hands the flows of all captures to the inquiry.
  Result<void> predict(const std::vector<std::string>& captures,
                       const FlowOptions& options, EvidenceTracer& inquiry) {
    const auto use = [&](const std::string& path,
                         FrameSource& source) -> Result<void> {
      FlowMeter meter(options, inquiry);
      inquiry.begin_capture(meter, path);
      meter_all(source, meter);
      report_ += meter.report();
      return {};
    };
    auto is_whole = for_each_capture(captures, UnpackOn::kCallersThread, use);
    if (!is_whole) return fail(std::move(is_whole).error());
    any_damage_ = !*is_whole;
    return {};
  }

  Result<ExitCode> reported(const std::string& text, const std::string& json) {
    auto done = outputs_.write([&] { return text; }, [&] { return json; });
    if (done && outputs_.wants_page()) {
      done = outputs_.write_page(explanation_html(title(), text, json));
    }
    if (!done) return fail(std::move(done).error());
    return any_damage_ ? ExitCode::kDamaged : ExitCode::kDone;
  }

  std::string title() const {
    if (paths_.empty()) {
      return "What " + (anonymiser_ ? "a model" : model_) + " knows apps by";
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
