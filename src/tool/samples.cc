// SPDX-License-Identifier: Apache-2.0
#include "tool/samples.h"

#include <algorithm>

#include "base/text.h"
#include "report/ledger_text.h"
#include "tool/console.h"
#include "tool/each_capture.h"

namespace flowtell {
namespace {

void warn_of_empty_captures(const Dataset& dataset) {
  std::vector<std::string> empty;
  for (const CaptureRecord& capture : dataset.captures) {
    if (capture.flows == 0) empty.push_back(capture.path);
  }
  constexpr std::size_t kMaxNamed = 3;
  if (empty.empty()) return;
  const std::size_t count = empty.size();
  empty.resize(std::min(count, kMaxNamed));
  warn(fmt::format("{} gave no flow: {}{}", counted(count, "capture"),
                   listed(empty), count > kMaxNamed ? " and others" : ""));
}

}  // namespace

Result<LoadedDataset> load_samples(const SamplesToRead& request) {
  const std::string& captures = request.captures;
  auto labelled = find_labelled_captures(captures);
  if (!labelled) return fail(std::move(labelled).error());
  Progress progress("reading captures");
  LoadOptions load;
  load.flow = request.flow;
  load.features = request.features;
  load.threads = request.threads;
  load.apps = request.apps;
  load.parts = request.parts;
  load.progress = std::ref(progress);
  auto loaded = load_dataset(*labelled, load);
  if (!loaded) return fail(std::move(loaded).error());
  for (const std::string& reason : loaded->unread) warn_of_skipped(reason);
  if (loaded->dataset.rows() == 0 && loaded->report.flows > 0) {
    return fail(ErrorKind::kInput,
                "{}: none of its {} belongs to a device in the manifest; "
                "correct the column 'device'",
                captures, counted(loaded->report.flows, "flow"));
  }
  if (loaded->dataset.rows() == 0) {
    return fail(ErrorKind::kInput, "{}: {}", captures,
                no_flow_text(loaded->report));
  }
  return loaded;
}

Result<Samples> read_samples(const std::string& captures,
                             const FlowOptions& options,
                             const LearnerArguments& learner,
                             std::vector<std::string> apps) {
  auto features = learner.features();
  if (!features) return fail(std::move(features).error());
  // Parts of flows are used only for training; test flows are complete.
  const bool parts = apps.empty() && !learner.whole_flows &&
                     learner.forest().learner == Learner::kForest;
  auto loaded = load_samples(
      {captures, options, *features, learner.threads, std::move(apps), parts});
  if (!loaded) return fail(std::move(loaded).error());
  for (const DamagedCapture& damaged : loaded->damaged) {
    warn_of_damage(damaged.path, damaged.damage);
  }
  warn_of_empty_captures(loaded->dataset);
  const bool any_damage = !loaded->damaged.empty() || !loaded->unread.empty();
  return Samples{std::move(loaded->dataset), any_damage};
}

Result<void> require_two_apps(const Dataset& dataset,
                              const std::string& captures) {
  const auto flows = dataset.flows_per_app();
  std::vector<std::string> with_flows;
  for (std::size_t app = 0; app < flows.size(); ++app) {
    if (flows[app] > 0) with_flows.push_back(dataset.apps[app]);
  }
  if (with_flows.size() >= 2) return {};
  return fail(ErrorKind::kInput,
              "{} has flows of only one app ('{}'); add captures of another "
              "app, or of background traffic",
              captures, with_flows.front());
}

tl::unexpected<Error> no_split_error(const EvaluationSetting& setting) {
  return fail(ErrorKind::kInput,
              "{} cannot be split {}: all flows are in one fold; add more "
              "captures, or use --test",
              setting.captures, setting.split);
}

void warn_of_single_captures(const Dataset& dataset) {
  std::vector<std::size_t> captures(dataset.apps.size());
  for (const CaptureRecord& capture : dataset.captures) {
    if (capture.flows > 0) ++captures[capture.app];
  }
  std::vector<std::string> single;
  for (std::size_t app = 0; app < captures.size(); ++app) {
    if (captures[app] == 1) single.push_back("'" + dataset.apps[app] + "'");
  }
  if (single.empty()) return;
  warn(fmt::format(
      "there is only one capture of {}: no training data is left when it is "
      "tested, so all its flows count as wrong; record at least three",
      listed(single)));
}

}  // namespace flowtell
