// SPDX-License-Identifier: Apache-2.0
//
// --privileges: whether a command that listens to strangers gives up, once all
// is open, what it does not need any more (confine/least_privilege.h), and what
// it tells a person about that.
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

  bool keeps() const { return privileges == kPrivilegeNames.back(); }

  // Whom the process will become, if anybody else.
  std::optional<Account> account() const;

  // Starts the process that binds the interface's socket once this one may not;
  // null where privileges are kept. To be called before anything is loaded.
  Result<std::shared_ptr<InterfaceBinder>> start_binder(
      const std::string& interface) const;

  // Gives them up, or says that they are kept. Nothing is said where nobody
  // asked for privileges, as to play a capture.
  // REQUIRES: no other thread runs.
  Result<void> give_up(const Remaining& remaining, bool is_reported) const;

  std::string privileges{kPrivilegeNames.front()};
};

// Opens the interface, which the binder, if there is one, binds from then on.
Result<std::unique_ptr<LiveInterface>> open_interface(
    const std::string& name, const InterfaceOptions& options,
    const std::shared_ptr<InterfaceBinder>& binder);

}  // namespace flowtell
