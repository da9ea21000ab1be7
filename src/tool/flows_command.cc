// SPDX-License-Identifier: Apache-2.0
#include "tool/command.h"
#include "tool/flow_printer.h"

namespace flowtell {
namespace {

class FlowsCommand : public Command {
 public:
  explicit FlowsCommand(CLI::App& program) {
    CLI::App& command = *program.add_subcommand(
        "flows", "Split captures into bursts and flows, one line each");
    command
        .add_option("CAPTURE", paths_, "Captures, folders of captures, or -")
        ->type_name("")
        ->required();
    meter_.define(command);
    meter_.define_flow(command);
    writer_.define(command);
    writer_.define_owners(command);
    run_.define(command);
    define_separate(command, joining_);
    command.footer(
        "Examples:\n"
        "  flowtell flows phone.pcap\n"
        "      time, device, remote, ports, protocol, packets and bytes sent\n"
        "      and received, of each flow\n"
        "  flowtell flows --format csv --features classic14 -o flows.csv day/\n"
        "      a table with 14 features per flow, of all captures in day/\n"
        "  tcpdump -i wlan0 -w - -c 10000 | flowtell flows - --ledger\n"
        "      straight from a recorder, with the ledger of all frames");
  }

  Result<ExitCode> run() override {
    auto options = meter_.resolve();
    if (!options) return fail(std::move(options).error());
    writer_.require_names(*options);
    return print_flows(paths_, {*options, writer_, run_, joining_},
                       std::nullopt);
  }

 private:
  std::vector<std::string> paths_;
  MeterArguments meter_;
  WriterArguments writer_;
  RunArguments run_;
  Joining joining_ = Joining::kJoin;
};

}  // namespace

std::unique_ptr<Command> make_flows_command(CLI::App& program) {
  return std::make_unique<FlowsCommand>(program);
}

}  // namespace flowtell
