// SPDX-License-Identifier: Apache-2.0
#include "classify/classifier.h"
#include "tool/command.h"
#include "tool/flow_printer.h"
#include "tool/output_check.h"

namespace flowtell {
namespace {

class ClassifyCommand : public Command {
 public:
  explicit ClassifyCommand(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "classify", "Name the app of every flow of captures");
    command.add_option("MODEL", model_, "A model made by 'flowtell train'")
        ->type_name("")
        ->required();
    command
        .add_option("CAPTURE", paths_, "Captures, folders of captures, or -")
        ->type_name("")
        ->required();
    unknown_.define(command);
    define_evidence(command, evidence_);
    meter_.define(command);
    writer_.define(command);
    writer_.define_owners(command);
    run_.define(command);
    define_separate(command, joining_);
    writer_.define_verdicts(command);
    command
        .add_option("--annotate", annotated_,
                    "Also write the packets, each with its flow's verdict as a "
                    "comment, as pcapng for Wireshark")
        ->type_name("FILE");
    command.footer(
        "The flow key, the burst gap and the burst limit are those of the "
        "model.\n"
        "\n"
        "Examples:\n"
        "  flowtell classify apps.model phone.pcap\n"
        "      each line ends with the flow's app and its confidence\n"
        "  flowtell classify apps.model phone.pcap --unknown never\n"
        "      always the likeliest app, at any confidence\n"
        "  flowtell classify apps.model day/ --format jsonl -o day.jsonl\n"
        "  flowtell classify apps.model phone.pcap --annotate phone.pcapng\n"
        "      open phone.pcapng in Wireshark");
  }

  Result<ExitCode> run() override {
    auto rule = unknown_.resolve();
    if (!rule) return fail("--unknown", std::move(rule).error());
    auto kinds = EvidenceKinds::parse(evidence_);
    if (!kinds) return fail("--evidence", std::move(kinds).error());
    auto distinct = check_outputs({writer_.output, annotated_}, {model_});
    if (!distinct) return fail(std::move(distinct).error());
    if (auto done = check_annotated(); !done) {
      return fail(std::move(done).error());
    }
    auto options = meter_.resolve();
    if (!options) return fail(std::move(options).error());
    auto classifier = load_classifier(model_, *kinds, *rule);
    if (!classifier) return fail(std::move(classifier).error());
    *options = classifier->flow_options(*options);
    options->names = kinds->name;
    writer_.require_names(*options);
    ClassifierSession session(std::move(*classifier));
    return print_flows(paths_, {*options, writer_, run_, joining_, annotated_},
                       Naming{&session, writer_.ambiguity});
  }

 private:
  Result<void> check_annotated() const {
    if (annotated_.empty()) return {};
    if (!writer_.anonymise.key_file.empty()) {
      return fail(ErrorKind::kUsage,
                  "--annotate writes the packets as they are, which "
                  "contradicts --anonymise; leave one of them out");
    }
    if (annotated_ == "-" &&
        (writer_.output.empty() || writer_.output == "-")) {
      return fail(ErrorKind::kUsage,
                  "flows and packets cannot both go to standard output; write "
                  "the flows to a file with -o");
    }
    return {};
  }

  std::string model_;
  std::vector<std::string> paths_;
  UnknownArguments unknown_;
  std::string evidence_{EvidenceKinds::kAll};
  MeterArguments meter_;
  WriterArguments writer_;
  RunArguments run_;
  Joining joining_ = Joining::kJoin;
  std::string annotated_;
};

}  // namespace

std::unique_ptr<Command> make_classify_command(CLI::App& program) {
  return std::make_unique<ClassifyCommand>(program);
}

}  // namespace flowtell
