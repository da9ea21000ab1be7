// SPDX-License-Identifier: Apache-2.0
//
// --privileges: whether a command that reads untrusted traffic drops the
// privileges it no longer needs once everything is open
// (confine/least_privilege.h), and the messages about that.
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "capture/live_interface.h"
#include "confine/interface_binder.h"
#include "confine/least_privilege.h"

namespace flowtell {

inline constexpr std::array<std::string_view, 2> kPrivilegeNames = {"drop",
                                                                    "keep"};

struct PrivilegeArguments {
  void define(CLI::App& command);

  bool are_kept() const { return privileges == kPrivilegeNames.back(); }

  // The user the process will change to, if any.
  std::optional<Account> account() const;

  // The same for a process that writes to this folder, as whose owner it
  // continues if nobody called it through sudo.
  std::optional<Account> account_for(const std::string& folder) const;

  // Starts the helper process that binds the interface's socket after this one
  // drops its privileges; null if they are kept. Call before loading a model.
  Result<std::shared_ptr<InterfaceBinder>> start_binder(
      const std::string& interface) const;

  // Drops privileges, or prints that they are kept. Pass is_reported = false
  // if none were needed, as for a replay: no message about the new user then.
  // REQUIRES: no other thread runs.
  Result<void> drop(const PrivilegeLimits& remaining, bool is_reported) const;

  std::string privileges{kPrivilegeNames.front()};
};

// Opens the interface. The binder, if there is one, binds it from then on.
Result<std::unique_ptr<LiveInterface>> open_interface(
    const std::string& name, const InterfaceOptions& options,
    const std::shared_ptr<InterfaceBinder>& binder);

}  // namespace flowtell
