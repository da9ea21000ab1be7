// SPDX-License-Identifier: Apache-2.0
//
// --adapt-every, --candidate: the adapter of a watch, which prepares candidate
// models beside the one in use.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "tool/options.h"
#include "tool/privilege_arguments.h"
#include "tool/site_adapter.h"

namespace flowtell {

struct AdaptingArguments {
  void define(CLI::App& command);
  bool is_enabled() const { return !every.empty(); }
  std::string path(const std::string& model) const {
    return candidate.empty() ? model + ".candidate" : candidate;
  }

  // The watch it adapts for.
  struct Use {
    const std::string& model;  // its path
    std::string title;
    VerdictOptions verdicts;
    const PrivilegeArguments& privileges;
    bool is_anonymised = false;
    bool is_replay = false;
  };
  // Fails if the model or the other options do not suit.
  Result<void> check(const Use& use, const Model& model) const;
  // Starts the helper process. Call before privileges are dropped.
  Result<std::unique_ptr<SiteAdapter>> start(
      const Use& use, const Classifier& classifier) const;

  std::string every;
  std::string candidate;
};

}  // namespace flowtell
