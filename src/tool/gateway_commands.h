// SPDX-License-Identifier: Apache-2.0
//
// The sub-commands of `flowtell gateway` and their shared options.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "gateway/gateway_options.h"
#include "gateway/gateway_steps.h"
#include "tool/command.h"

namespace flowtell {

// --lan, --wan, --address …: the gateway's configuration.
struct GatewayArguments {
  void define(CLI::App& command);
  Result<GatewayOptions> resolve() const;

  std::string lan;
  std::string wan;
  std::string address = GatewayOptions{}.address.text();
  std::string dhcp;
  std::uint32_t lease = GatewayOptions{}.lease_seconds;
  std::string dns;
  std::string domain = GatewayOptions{}.domain;
  bool ipv6 = false;
};

// --state: the folder of the journal.
struct StateArgument {
  void define(CLI::App& command);
  GatewayRequest request() const;

  std::string folder = GatewayPaths{}.state;
};

// --lan, for commands on a gateway that is up.
void define_lan(CLI::App& command, std::string& lan);

std::unique_ptr<Command> make_gateway_up_command(CLI::App& gateway);
std::unique_ptr<Command> make_gateway_down_command(CLI::App& gateway);
std::unique_ptr<Command> make_gateway_status_command(CLI::App& gateway);
std::unique_ptr<Command> make_gateway_script_command(CLI::App& gateway);

}  // namespace flowtell
