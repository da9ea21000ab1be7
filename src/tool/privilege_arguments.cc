// SPDX-License-Identifier: Apache-2.0
#include "tool/privilege_arguments.h"

#include <unistd.h>

#include <utility>
#include <vector>

#include "tool/console.h"

namespace flowtell {
namespace {

// Reports if the process stays root or changes to the user nobody.
void report_account(const std::optional<Account>& account) {
  if (!account && ::geteuid() == 0) {
    warn(
        "root cannot change to another user here; it remains root, without "
        "capabilities");
  }
  if (account && account->name == "nobody") {
    print_note(
        "flowtell: there is no user flowtell here; continuing as user "
        "nobody\n");
  }
}

std::string user_text() {
  const std::string number = fmt::format("{}", ::geteuid());
  const auto account = find_account(number);
  return account ? account->name : number;
}

}  // namespace

void PrivilegeArguments::define(CLI::App& command) {
  command
      .add_option("--privileges", privileges,
                  "Drop root, capabilities and most system calls once the "
                  "interface is open, or keep them")
      ->type_name("HOW")
      ->check(CLI::IsMember(std::vector<std::string>(kPrivilegeNames.begin(),
                                                     kPrivilegeNames.end())))
      ->capture_default_str();
}

std::optional<Account> PrivilegeArguments::account() const {
  return are_kept() ? std::nullopt : target_account();
}

std::optional<Account> PrivilegeArguments::account_for(
    const std::string& folder) const {
  return are_kept() ? std::nullopt : owner_account(folder);
}

Result<std::shared_ptr<InterfaceBinder>> PrivilegeArguments::start_binder(
    const std::string& interface) const {
  if (are_kept()) return std::shared_ptr<InterfaceBinder>();
  auto binder = InterfaceBinder::start(interface);
  if (!binder) return fail(std::move(binder).error());
  return std::make_shared<InterfaceBinder>(std::move(*binder));
}

Result<std::unique_ptr<LiveInterface>> open_interface(
    const std::string& name, const InterfaceOptions& options,
    const std::shared_ptr<InterfaceBinder>& binder) {
  auto source = LiveInterface::open(name, options);
  if (!source || !binder) return source;
  LiveInterface& interface = **source;
  auto taken = binder->take(interface.packet_socket(), interface.hardware());
  if (!taken) return fail(std::move(taken).error());
  interface.set_rebind([binder] { return binder->rebind(); });
  return source;
}

Result<void> PrivilegeArguments::drop(const PrivilegeLimits& remaining,
                                      bool is_reported) const {
  if (are_kept()) {
    print_note(
        fmt::format("flowtell: privileges are kept: untrusted traffic is read "
                    "with all rights of user {}\n",
                    user_text()));
    return {};
  }
  if (is_reported) report_account(remaining.account);
  auto done = drop_privileges(remaining);
  if (done) return done;
  return fail("cannot drop privileges; use --privileges keep to run with them",
              std::move(done).error());
}

}  // namespace flowtell
