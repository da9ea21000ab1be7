// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "tool/gateway_commands.h"

namespace flowtell {
namespace {

std::string own_path() {
  std::error_code problem;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", problem);
  return problem ? GatewayPaths{}.program : path.string();
}

// The parsed value, or a usage error with an example.
template <typename Value>
Result<Value> parsed(std::string_view option, const std::string& text,
                     std::string_view example) {
  const auto value = Value::parse(text);
  if (value) return *value;
  return fail(ErrorKind::kUsage, "{}: '{}' is not valid; write it as {}",
              option, text, example);
}

}  // namespace

void GatewayArguments::define(CLI::App& command) {
  command.add_option("--lan", lan, "The interface of the devices")
      ->type_name("IF")
      ->required();
  command.add_option("--wan", wan, "The interface that leads to the internet")
      ->type_name("IF")
      ->required();
  command
      .add_option("--address", address,
                  "The gateway's own address on the LAN, and its subnet")
      ->type_name("ADDRESS/BITS")
      ->capture_default_str();
  command
      .add_option("--dhcp", dhcp,
                  "The address range for devices, inclusive; otherwise .100 to "
                  ".200 of the subnet")
      ->type_name("FROM-TO");
  command.add_option("--lease", lease, "Lifetime of an address lease")
      ->type_name("SECONDS")
      ->capture_default_str();
  command
      .add_option("--dns", dns,
                  "The DNS server for devices; otherwise the gateway, which "
                  "forwards to this system's servers")
      ->type_name("ADDRESS");
  command.add_option("--domain", domain, "The domain of the devices' names")
      ->type_name("NAME")
      ->capture_default_str();
  command.add_flag("--ipv6", ipv6,
                   "Also forward IPv6; the gateway assigns no IPv6 addresses");
}

Result<GatewayOptions> GatewayArguments::resolve() const {
  GatewayOptions options;
  options.lan = lan;
  options.wan = wan;
  options.lease_seconds = lease;
  options.domain = domain;
  options.ipv6 = ipv6;
  auto prefix = parsed<Ipv4Prefix>("--address", address, "192.168.12.1/24");
  if (!prefix) return fail(std::move(prefix).error());
  options.address = *prefix;
  if (!dhcp.empty()) {
    auto range =
        parsed<Ipv4Range>("--dhcp", dhcp, "192.168.12.100-192.168.12.200");
    if (!range) return fail(std::move(range).error());
    if (*range != options.leases()) options.dhcp = *range;
  }
  if (!dns.empty()) {
    auto server = parsed<Ipv4>("--dns", dns, "9.9.9.9");
    if (!server) return fail(std::move(server).error());
    if (*server != prefix->address) options.dns = *server;
  }
  return options;
}

void StateArgument::define(CLI::App& command) {
  command
      .add_option("--state", folder,
                  "The folder of the journal, created and removed as needed")
      ->type_name("FOLDER")
      ->capture_default_str();
}

GatewayRequest StateArgument::request() const {
  GatewayRequest request;
  std::error_code ignored;  // the kernel then rejects the path
  request.places.state =
      std::filesystem::absolute(folder, ignored).lexically_normal();
  request.places.program = own_path();
  return request;
}

void define_lan(CLI::App& command, std::string& lan) {
  command
      .add_option("--lan", lan,
                  "The interface of the devices; needed only if there are "
                  "several gateways")
      ->type_name("IF");
}

}  // namespace flowtell
