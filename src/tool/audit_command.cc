// SPDX-License-Identifier: Apache-2.0
#include "audit/audit.h"

#include "report/audit_report.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/report_outputs.h"
#include "tool/samples.h"

namespace flowtell {
namespace {

class AuditCommand : public Command {
 public:
  explicit AuditCommand(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "audit", "Check labelled captures before training");
    command
        .add_option("CAPTURES", captures_,
                    "Labelled captures, as for 'flowtell train'")
        ->type_name("")
        ->required();
    command.add_flag("--strict", strict_,
                     "Exit with code 1 if a fault or a warning is found");
    outputs_.define_json(command,
                         "Also write all findings as JSON; - for standard "
                         "output, instead of the text");
    define_features(command, feature_sets_);
    command.get_option("--features")->capture_default_str();
    define_evidence(command, evidence_);
    define_seed(command, seed_);
    define_threads(command, threads_);
    meter_.define(command);
    meter_.define_flow(command);
    anonymise_.define(command);
    define_separate(command, joining_);
    command.footer(
        "Examples:\n"
        "  flowtell audit captures/\n"
        "      copies, contradicting labels, recording artefacts, and "
        "remedies\n"
        "  flowtell audit captures/ --strict --json findings.json\n"
        "      for scripts: exit code 1 on any fault or warning");
  }

  Result<ExitCode> run() override {
    auto kinds = EvidenceKinds::parse(evidence_);
    if (!kinds) return fail("--evidence", std::move(kinds).error());
    auto flow = meter_.resolve();
    if (!flow) return fail(std::move(flow).error());
    flow->names = kinds->name;
    auto features = chosen_features(feature_sets_);
    if (!features) return fail(std::move(features).error());
    auto opened = outputs_.open({captures_, anonymise_.key_file});
    if (!opened) return fail(std::move(opened).error());
    auto key = anonymise_.resolve();
    if (!key) return fail(std::move(key).error());
    auto loaded = load_samples(
        {captures_, *flow, *features, threads_, {}, false, joining_});
    if (!loaded) return fail(std::move(loaded).error());
    AuditOptions options;
    options.columns = features->column_names();
    options.seed = seed_;
    options.threads = threads_;
    std::optional<Anonymiser> anonymiser;
    if (*key) {
      anonymiser.emplace(**key);
      options.anonymiser = &*anonymiser;
    }
    // No audit check uses paths.
    if (anonymiser) {
      for (CaptureRecord& capture : loaded->dataset.captures) {
        capture.path = anonymiser->capture(capture.path);
      }
    }
    auto code = report(loaded->dataset, audit(*loaded, options));
    if (code && *code == ExitCode::kDone && !loaded->unread.empty()) {
      return ExitCode::kDamaged;
    }
    return code;
  }

 private:
  Result<ExitCode> report(const Dataset& data,
                          const std::vector<Finding>& findings) {
    auto written = outputs_.write([&] { return audit_text(data, findings); },
                                  [&] { return audit_json(data, findings); });
    if (!written) return fail(std::move(written).error());
    const auto [faults, warnings, notes] = count_severities(findings);
    return strict_ && faults + warnings > 0 ? ExitCode::kFailed
                                            : ExitCode::kDone;
  }

  std::string captures_;
  bool strict_ = false;
  ReportOutputs outputs_;
  std::string feature_sets_{FeatureList::kDefault};
  std::string evidence_{EvidenceKinds::kAll};
  std::uint64_t seed_ = 1;
  int threads_ = 1;
  Joining joining_ = Joining::kJoin;
  MeterArguments meter_;
  AnonymiseArguments anonymise_;
};

}  // namespace

std::unique_ptr<Command> make_audit_command(CLI::App& program) {
  return std::make_unique<AuditCommand>(program);
}

}  // namespace flowtell
