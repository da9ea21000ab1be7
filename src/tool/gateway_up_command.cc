// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "gateway/gateway.h"
#include "tool/console.h"
#include "tool/gateway_commands.h"

namespace flowtell {
namespace {

// A numbered change; further lines are indented below it.
std::string numbered(std::size_t number, std::string_view change) {
  std::string text;
  for (const std::string_view line : split(change, '\n')) {
    if (text.empty()) {
      text = fmt::format("{:2}. {}\n", number, line);
    } else if (line.empty()) {
      text += '\n';
    } else {
      text += fmt::format("        {}\n", line);
    }
  }
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

class GatewayUpCommand : public Command {
 public:
  explicit GatewayUpCommand(CLI::App& gateway) {
    CLI::App& command = *gateway.add_subcommand(
        "up", "Make this system the gateway of the devices on an interface");
    arguments_.define(command);
    command.add_flag("--persist", persist_,
                     "Return after a reboot, with a systemd unit");
    command.add_flag("--dry-run", is_dry_run_,
                     "Print every change without making it");
    state_.define(command);
    command.footer(
        "Every change is recorded before it is made; 'flowtell gateway down' "
        "restores\n"
        "exactly what was there, even after a crash.\n"
        "\n"
        "Examples:\n"
        "  flowtell gateway up --lan wlan0 --wan eth0 --dry-run\n"
        "      what it would do\n"
        "  flowtell gateway up --lan wlan0 --wan eth0\n"
        "      devices on wlan0 get 192.168.12.100 to 192.168.12.200\n"
        "  flowtell gateway up --lan eth1 --wan eth0 --address 10.7.0.1/24 "
        "--persist");
  }

  Result<ExitCode> run() override {
    auto options = arguments_.resolve();
    if (!options) return fail(std::move(options).error());
    return is_dry_run_ ? preview(*options) : bring_up(*options);
  }

 private:
  Result<ExitCode> bring_up(const GatewayOptions& options) const {
    auto outcome = flowtell::bring_up(options, persist_, state_.request());
    if (!outcome) return fail(std::move(outcome).error());
    for (const std::string& warning : outcome->warnings) warn(warning);
    if (outcome->undid_incomplete) {
      warn("an earlier gateway was incomplete; it was undone first");
    }
    if (outcome->changes == 0) {
      print_note(fmt::format(
          "The gateway on {} is up already; nothing changed.\n", options.lan));
      return ExitCode::kDone;
    }
    print_note(fmt::format(
        "The gateway is up: devices on {} get {} to {} and reach the internet "
        "through {}.\nTo undo it: flowtell gateway down --lan {}\n",
        options.lan, options.leases().from.text(), options.leases().to.text(),
        options.wan, options.lan));
    return ExitCode::kDone;
  }

  Result<ExitCode> preview(const GatewayOptions& options) const {
    auto preview = preview_up(options, persist_, state_.request());
    if (!preview) return fail(std::move(preview).error());
    for (const std::string& warning : preview->warnings) warn(warning);
    std::string text;
    for (std::size_t i = 0; i < preview->changes.size(); ++i) {
      text += numbered(i + 1, preview->changes[i]);
    }
    if (text.empty()) text = "No changes: the gateway is up already.\n";
    auto written = write_output("", text);
    if (!written) return fail(std::move(written).error());
    return ExitCode::kDone;
  }

  GatewayArguments arguments_;
  StateArgument state_;
  bool persist_ = false;
  bool is_dry_run_ = false;
};

}  // namespace

std::unique_ptr<Command> make_gateway_up_command(CLI::App& gateway) {
  return std::make_unique<GatewayUpCommand>(gateway);
}

}  // namespace flowtell
