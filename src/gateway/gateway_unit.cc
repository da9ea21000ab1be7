// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_unit.h"

#include <filesystem>

namespace flowtell {
namespace {

constexpr std::string_view kNameStart = "flowtell-gateway-";
constexpr std::string_view kNameEnd = ".service";

// Only the privileges of a gateway; 'systemd-analyze security' lists the rest.
// Other calls fail instead of killing: dnsmasq, ip and nft may try them.
constexpr std::string_view kHardening =
    R"(# What a gateway does: it sets addresses, rules and settings of the network
# (CAP_NET_ADMIN), asks for other DHCP servers (CAP_NET_RAW) in a process that
# gives all of this up (CAP_SETUID, CAP_SETGID), and starts dnsmasq, which opens
# low ports (CAP_NET_BIND_SERVICE), becomes its own user, to whom its files are
# given (CAP_CHOWN), and is ended by a signal (CAP_KILL).
CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_NET_BIND_SERVICE CAP_SETUID CAP_SETGID CAP_CHOWN CAP_KILL
NoNewPrivileges=yes
# No ProtectKernelTunables, ProcSubset or ProtectProc: forwarding is switched on
# below /proc/sys, and /proc/PID/stat shows whether dnsmasq runs.
ProtectSystem=strict
ReadWritePaths=/run
ProtectHome=@home@
PrivateTmp=yes
PrivateMounts=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
# No IPAddressDeny and no PrivateNetwork: dnsmasq asks servers anywhere.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
# No ~@privileged: dnsmasq changes its user and the owner of its files.
SystemCallFilter=@system-service seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self
SystemCallFilter=~@resources
SystemCallErrorNumber=EPERM
UMask=0077
)";

// A program below a home folder must be readable there.
std::string hardening_for(std::string_view program) {
  constexpr std::string_view kPlace = "@home@";
  const bool is_at_home = program.starts_with("/home/") ||
                          program.starts_with("/root/") ||
                          program.starts_with("/run/user/");
  std::string text(kHardening);
  return text.replace(text.find(kPlace), kPlace.size(),
                      is_at_home ? "read-only" : "yes");
}

// systemd's device unit for an interface (systemd-escape(1)).
std::string device_unit(std::string_view interface) {
  std::string escaped;
  for (const char c : interface) {
    escaped += c == '-' ? std::string("\\x2d") : std::string(1, c);
  }
  return fmt::format("sys-subsystem-net-devices-{}.device", escaped);
}

// Quotes a path for the command line of a unit or a script.
std::string unit_word(const std::string& word) {
  std::string quoted = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '%' || c == '$') quoted += c;
    quoted += c;
  }
  return quoted + '"';
}

std::string shell_word(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + '\'';
}

std::string joined(const GatewayOptions& options) {
  return fmt::format("{}", fmt::join(command_line_of(options), " "));
}

}  // namespace

std::string unit_name(std::string_view lan) {
  return fmt::format("{}{}{}", kNameStart, lan, kNameEnd);
}

std::optional<std::string> lan_of_unit(std::string_view name) {
  if (!name.starts_with(kNameStart) || !name.ends_with(kNameEnd)) {
    return std::nullopt;
  }
  name.remove_prefix(kNameStart.size());
  name.remove_suffix(kNameEnd.size());
  return std::string(name);
}

std::string unit_text(const GatewayOptions& options,
                      const std::string& program) {
  const std::string lan = device_unit(options.lan);
  const std::string wan = device_unit(options.wan);
  return fmt::format(
      "# Made by 'flowtell gateway up --persist'; 'flowtell gateway down' "
      "removes it.\n"
      "[Unit]\n"
      "Description=Gateway of flowtell: devices on {0}, the internet on {1}\n"
      "Wants=network-online.target\n"
      "After=network-online.target {2} {3}\n"
      "Requires={2} {3}\n\n"
      "[Service]\n"
      "Type=oneshot\n"
      "RemainAfterExit=yes\n"
      "ExecStart={4} gateway up {5}\n"
      "ExecStop={4} gateway down --lan {0} --keep-unit\n"
      "Restart=on-failure\n"
      "RestartSec=5\n"
      "{6}\n"
      "[Install]\n"
      "WantedBy=multi-user.target\n",
      options.lan, options.wan, lan, wan, unit_word(program), joined(options),
      hardening_for(program));
}

std::string script_text(const GatewayOptions& options,
                        const std::string& program) {
  return fmt::format(
      "#!/bin/sh\n"
      "### BEGIN INIT INFO\n"
      "# Provides:          flowtell-gateway-{0}\n"
      "# Required-Start:    $network $remote_fs $syslog\n"
      "# Required-Stop:     $network $remote_fs $syslog\n"
      "# Default-Start:     2 3 4 5\n"
      "# Default-Stop:      0 1 6\n"
      "# Short-Description: Gateway of flowtell: devices on {0}\n"
      "### END INIT INFO\n\n"
      "flowtell={1}\n\n"
      "case \"$1\" in\n"
      "  start) \"$flowtell\" gateway up {2} ;;\n"
      "  stop) \"$flowtell\" gateway down --lan {0} --keep-unit ;;\n"
      "  restart | force-reload) \"$0\" stop && \"$0\" start ;;\n"
      "  status) \"$flowtell\" gateway status --lan {0} ;;\n"
      "  *)\n"
      "    echo \"usage: $0 {{start|stop|restart|force-reload|status}}\" >&2\n"
      "    exit 2\n"
      "    ;;\n"
      "esac\n",
      options.lan, shell_word(program), joined(options));
}

bool runs_systemd() {
  std::error_code ignored;
  return std::filesystem::is_directory("/run/systemd/system", ignored);
}

}  // namespace flowtell
