// SPDX-License-Identifier: Apache-2.0
#include "tool/privilege_arguments.h"

#include <unistd.h>

#include <utility>
#include <vector>

#include "tool/console.h"

namespace flowtell {
namespace {

// What a person may not expect of whom the process becomes.
void tell(const std::optional<Account>& account) {
  if (!account && ::geteuid() == 0) {
    warn(
        "root cannot become another user here, and stays the user root, "
        "without its capabilities");
  }
  if (account && account->name == "nobody") {
    remark(
        "flowtell: there is no user flowtell here, so it goes on as user "
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
                  "Whether to give up root, capabilities and all system calls "
                  "but a few once it listens: drop or keep")
      ->type_name("HOW")
      ->check(CLI::IsMember(std::vector<std::string>(kPrivilegeNames.begin(),
                                                     kPrivilegeNames.end())))
      ->capture_default_str();
}

std::optional<Account> PrivilegeArguments::account() const {
  return keeps() ? std::nullopt : account_from_here();
}

Result<std::shared_ptr<InterfaceBinder>> PrivilegeArguments::start_binder(
    const std::string& interface) const {
  if (keeps()) return std::shared_ptr<InterfaceBinder>();
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
  interface.bind_by([binder] { return binder->bind_again(); });
  return source;
}

Result<void> PrivilegeArguments::give_up(const Remaining& remaining,
                                         bool is_reported) const {
  if (keeps()) {
    remark(fmt::format(
        "flowtell: privileges are kept: what strangers send is read with all "
        "rights of user {}\n",
        user_text()));
    return {};
  }
  if (is_reported) tell(remaining.account);
  auto done = drop_privileges(remaining);
  if (done) return done;
  return fail(
      "privileges cannot be given up, and --privileges keep would run with "
      "them all the same",
      std::move(done).error());
}

}  // namespace flowtell
