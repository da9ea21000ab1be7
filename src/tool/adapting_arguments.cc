// SPDX-License-Identifier: Apache-2.0
#include "tool/adapting_arguments.h"

#include <fmt/format.h>

namespace flowtell {

void AdaptingArguments::define(CLI::App& command) {
  auto* option =
      command
          .add_option("--adapt-every", every,
                      "Adapt the model to the recent flows at this interval of "
                      "packet time (30m, 12h, 1d), and write the result as a "
                      "candidate; the model in use stays")
          ->type_name("TIME");
  command
      .add_option("--candidate", candidate,
                  "The file of the candidate; by default MODEL.candidate")
      ->type_name("FILE")
      ->needs(option);
}

Result<void> AdaptingArguments::check(const Use& use,
                                      const Model& model) const {
  if (!parse_duration(every)) {
    return fail(ErrorKind::kUsage,
                "--adapt-every takes a time such as 30m, 12h or 1d");
  }
  if (!use.verdicts.kinds.shape || !use.verdicts.kinds.name) {
    return fail(ErrorKind::kUsage,
                "--adapt-every needs shape and name evidence; add them to "
                "--evidence");
  }
  if (use.is_anonymised) {
    return fail(ErrorKind::kUsage,
                "--anonymise contradicts --adapt-every, whose candidate holds "
                "server names; leave one of them out");
  }
  if (!model.table) {
    return fail(ErrorKind::kNoData,
                "{} keeps no training flows, so it cannot be adapted; train it "
                "again without --no-table",
                use.model);
  }
  return {};
}

Result<std::unique_ptr<SiteAdapter>> AdaptingArguments::start(
    const Use& use, const Classifier& classifier) const {
  auto process =
      AdapterProcess::start({.path = path(use.model),
                             .title = use.title,
                             .verdicts = use.verdicts,
                             .keeps_privileges = use.privileges.are_kept(),
                             .keeps_priority = use.is_replay,
                             .account = use.privileges.account()},
                            classifier.shared_model());
  if (!process) {
    const auto account = use.privileges.account();
    return fail(
        account ? fmt::format("as user {}", account->name) : "--candidate",
        std::move(process).error());
  }
  return std::make_unique<SiteAdapter>(
      SiteAdapter::Options{.every = *parse_duration(every),
                           .title = use.title,
                           .waits = use.is_replay},
      std::move(*process), classifier);
}

}  // namespace flowtell
