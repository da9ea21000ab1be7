// SPDX-License-Identifier: Apache-2.0
//
// `flowtell gateway` and its sub-commands except `up`.
#include <array>

#include "base/text.h"
#include "gateway/gateway.h"
#include "gateway/gateway_status.h"
#include "gateway/gateway_unit.h"
#include "tool/console.h"
#include "tool/gateway_commands.h"
#include "tool/report_outputs.h"

namespace flowtell {
namespace {

class GatewayDownCommand : public Command {
 public:
  explicit GatewayDownCommand(CLI::App& gateway) {
    CLI::App& command = *gateway.add_subcommand(
        "down", "Undo every change of 'up', even after a crash");
    define_lan(command, lan_);
    command
        .add_flag("--all", all_,
                  "Take down all gateways that are up or return after a reboot")
        ->excludes(command.get_option("--lan"));
    command.add_flag("--keep-unit", keep_unit_,
                     "Keep the unit of --persist, so that the gateway returns "
                     "after a reboot");
    state_.define(command);
    command.footer("Example:\n  flowtell gateway down");
  }

  Result<ExitCode> run() override {
    const GatewayRequest request = state_.request();
    const auto known = known_gateways(request.places);
    if (lan_.empty() && known.empty()) {
      print_note(result_text("", {}));
      return ExitCode::kDone;
    }
    if (all_) return take_down_each(known, request);
    auto lan = selected_lan(known);
    if (!lan) return fail(std::move(lan).error());
    return take_down_each({*lan}, request);
  }

 private:
  Result<ExitCode> take_down_each(const std::vector<std::string>& lans,
                                  const GatewayRequest& request) const {
    for (const std::string& lan : lans) {
      auto undone = bring_down(lan, keep_unit_, request);
      if (!undone) return fail(std::move(undone).error());
      print_note(result_text(lan, *undone));
    }
    return ExitCode::kDone;
  }

  // The LAN interface of the selected gateway. REQUIRES: one is named or known.
  Result<std::string> selected_lan(
      const std::vector<std::string>& known) const {
    if (!lan_.empty()) return lan_;
    if (known.size() == 1) return known.front();
    return fail(ErrorKind::kUsage,
                "there are gateways on {}; name one of them with --lan",
                listed(known));
  }

  static std::string result_text(const std::string& lan, const Undone& undone) {
    if (undone.changes == 0 && !undone.had_unit) {
      return fmt::format("No gateway is up{}; there is nothing to undo.\n",
                         lan.empty() ? "" : " on " + lan);
    }
    return fmt::format("The gateway on {} is down: {} undone{}.\n", lan,
                       counted(undone.changes, "change"),
                       undone.had_unit ? ", and it will not return" : "");
  }

  StateArgument state_;
  std::string lan_;
  bool all_ = false;
  bool keep_unit_ = false;
};

class GatewayStatusCommand : public Command {
 public:
  explicit GatewayStatusCommand(CLI::App& gateway) {
    CLI::App& command = *gateway.add_subcommand(
        "status", "Show interfaces, leases, and bytes per device");
    define_lan(command, lan_);
    outputs_.define_json(command,
                         "Also write it as JSON; - for standard output, "
                         "instead of the text");
    state_.define(command);
    command.footer(
        "Examples:\n"
        "  flowtell gateway status\n"
        "  flowtell gateway status --json - | jq .gateways[].devices");
  }

  Result<ExitCode> run() override {
    auto opened = outputs_.open({});
    if (!opened) return fail(std::move(opened).error());
    auto gateways = read_gateway_status(lan_, state_.request().places);
    if (!gateways) return fail(std::move(gateways).error());
    auto written = outputs_.write(
        [&] { return status_text(*gateways); },
        [&] { return json_text(status_json(*gateways), 2) + '\n'; });
    if (!written) return fail(std::move(written).error());
    return ExitCode::kDone;
  }

 private:
  StateArgument state_;
  std::string lan_;
  ReportOutputs outputs_;
};

class GatewayScriptCommand : public Command {
 public:
  explicit GatewayScriptCommand(CLI::App& gateway) {
    CLI::App& command = *gateway.add_subcommand(
        "script", "Print a start-up script for systems without systemd");
    arguments_.define(command);
    command.footer(
        "Example:\n"
        "  flowtell gateway script --lan wlan0 --wan eth0 > "
        "/etc/init.d/flowtell-gateway");
  }

  Result<ExitCode> run() override {
    auto options = arguments_.resolve();
    if (!options) return fail(std::move(options).error());
    auto valid = check_options(*options);
    if (!valid) return fail(std::move(valid).error());
    const std::string program = StateArgument{}.request().places.program;
    auto written = write_output("", script_text(*options, program));
    if (!written) return fail(std::move(written).error());
    return ExitCode::kDone;
  }

 private:
  GatewayArguments arguments_;
};

class GatewayCommand : public Command {
 public:
  explicit GatewayCommand(CLI::App& program) {
    CLI::App& gateway = *program.add_subcommand(
        "gateway", "Run a gateway for devices: NAT, DHCP, DNS, and full undo");
    gateway.require_subcommand(1);
    gateway.footer(
        "Start here:\n"
        "  flowtell gateway up --lan wlan0 --wan eth0\n"
        "  flowtell gateway status\n"
        "  flowtell gateway down");
    constexpr std::array<MakeCommand, 4> kCommands = {
        make_gateway_up_command, make_gateway_down_command,
        make_gateway_status_command, make_gateway_script_command};
    for (const MakeCommand make : kCommands) {
      auto command = make(gateway);
      commands_.emplace_back(gateway.get_subcommands({}).back(),
                             std::move(command));
    }
  }

  Result<ExitCode> run() override {
    for (const auto& [cli, command] : commands_) {
      if (cli->parsed()) return command->run();
    }
    return ExitCode::kUsage;
  }

 private:
  std::vector<std::pair<CLI::App*, std::unique_ptr<Command>>> commands_;
};

}  // namespace

std::unique_ptr<Command> make_gateway_down_command(CLI::App& gateway) {
  return std::make_unique<GatewayDownCommand>(gateway);
}

std::unique_ptr<Command> make_gateway_status_command(CLI::App& gateway) {
  return std::make_unique<GatewayStatusCommand>(gateway);
}

std::unique_ptr<Command> make_gateway_script_command(CLI::App& gateway) {
  return std::make_unique<GatewayScriptCommand>(gateway);
}

std::unique_ptr<Command> make_gateway_command(CLI::App& program) {
  return std::make_unique<GatewayCommand>(program);
}

}  // namespace flowtell
