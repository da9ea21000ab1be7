// SPDX-License-Identifier: Apache-2.0
//
// Changes to interfaces, kernel settings and rules.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "gateway/change.h"
#include "gateway/network_state.h"

namespace flowtell {
namespace {

Result<void> run(const std::vector<std::string>& words,
                 std::string_view input = "") {
  auto done = run_checked(words, {.input = input});
  if (!done) return fail(std::move(done).error());
  return {};
}

// The interface now; empty if it has disappeared.
Result<std::optional<Interface>> interface_now(const std::string& name) {
  auto listed = run_checked({"ip", "-j", "-d", "addr", "show"});
  if (!listed) return fail(std::move(listed).error());
  auto interfaces = parse_interfaces(*listed);
  if (!interfaces) return fail(std::move(interfaces).error());
  const auto found = std::ranges::find(*interfaces, name, &Interface::name);
  if (found == interfaces->end()) return std::optional<Interface>();
  return std::optional(std::move(*found));
}

Result<void> write_setting(const Setting& setting) {
  const FileHandle file(::open(setting.path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return {};  // its interface is gone
  const int error = errno;
  auto written = file.get() < 0
                     ? fail(kind_of_errno(error, ErrorKind::kNotWritable), "{}",
                            system_reason(error))
                     : write_all(file.get(), setting.value);
  if (!written) {
    return fail(written.error().kind,
                "cannot write {}: {}; in a container it may be read-only",
                setting.path, written.error().message);
  }
  return {};
}

// A setting's value without its newline.
std::string_view bare(std::string_view value) {
  return value.substr(0, value.find('\n'));
}

}  // namespace

std::string LinkChange::describe() const {
  return fmt::format("switch the interface {} on", interface);
}

Result<void> LinkChange::apply() const {
  return run({"ip", "link", "set", "dev", interface, "up"});
}

Result<void> LinkChange::undo() const {
  const auto now = interface_now(interface);
  if (!now) return fail(now.error());
  if (!*now || !(*now)->is_up) return {};
  return run({"ip", "link", "set", "dev", interface, "down"});
}

Json LinkChange::json() const {
  return {{"change", "link"}, {"interface", interface}};
}

std::string AddressChange::describe() const {
  return fmt::format("give {} the address {}", interface, address.text());
}

Result<void> AddressChange::apply() const {
  return run(
      {"ip", "addr", "add", address.text(), "brd", "+", "dev", interface});
}

Result<void> AddressChange::undo() const {
  const auto now = interface_now(interface);
  if (!now) return fail(now.error());
  if (!*now) return {};
  const auto& addresses = (*now)->addresses;
  if (std::ranges::find(addresses, address) == addresses.end()) return {};
  return run({"ip", "addr", "del", address.text(), "dev", interface});
}

Json AddressChange::json() const {
  return {{"change", "address"},
          {"interface", interface},
          {"address", address.text()}};
}

std::string SettingChange::describe() const {
  std::string text = fmt::format("set {} to {} (it is {})", old.path,
                                 bare(value), bare(old.value));
  if (!linked.empty()) {
    text += fmt::format(", which changes {} along with it",
                        counted(linked.size(), "setting"));
  }
  return text;
}

Result<void> SettingChange::apply() const {
  return write_setting({old.path, value});
}

Result<void> SettingChange::undo() const {
  auto done = write_setting(old);
  for (const Setting& other : linked) {
    if (done) done = write_setting(other);
  }
  return done;
}

Json SettingChange::json() const {
  Json others = Json::array();
  for (const Setting& other : linked) {
    others.push_back({{"path", other.path}, {"old", other.value}});
  }
  return {{"change", "setting"},
          {"path", old.path},
          {"old", old.value},
          {"new", value},
          {"along", std::move(others)}};
}

std::string TableChange::describe() const {
  return fmt::format("add the nftables table inet {}\n{}", name, text);
}

Result<void> TableChange::apply() const {
  return run({"nft", "-f", "-"}, text);
}

Result<void> TableChange::undo() const {
  auto tables = run_checked({"nft", "-j", "list", "tables"});
  if (!tables) return fail(std::move(tables).error());
  auto rules = parse_ruleset(*tables, "");
  if (!rules) return fail(std::move(rules).error());
  const auto& names = rules->inet_tables;
  if (std::ranges::find(names, name) == names.end()) return {};
  return run({"nft", "delete", "table", "inet", name});
}

Json TableChange::json() const { return {{"change", "table"}, {"name", name}}; }

std::string DhcpCheck::describe() const {
  return fmt::format(
      "check {} for another DHCP server, and stop if there is one", interface);
}

Result<void> DhcpCheck::apply() const {
  return refuse_other_dhcp_server(interface, timeout);
}

Json DhcpCheck::json() const {
  return {{"change", "question"}, {"interface", interface}};
}

}  // namespace flowtell
