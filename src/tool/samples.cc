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

void warn_of_left_out(const LoadedDataset& loaded) {
  for (const std::string& reason : loaded.unread) warn_of_skipped(reason);
  for (const std::string& remark : loaded.remarks()) warn(remark);
}

bool warn_of_damaged(const LoadedDataset& loaded) {
  for (const DamagedCapture& damaged : loaded.damaged) {
    warn_of_damage(damaged.path, damaged.damage);
  }
  return !loaded.damaged.empty() || !loaded.unread.empty();
}

// Of frames that were lost or not used.
void warn_of_loss(const LoadedDataset& loaded) {
  for (const std::string& text : warnings_of(loaded.report)) warn(text);
}

}  // namespace

bool warn_of_loading(const LoadedDataset& loaded) {
  warn_of_left_out(loaded);
  warn_of_loss(loaded);
  return warn_of_damaged(loaded);
}

Result<std::vector<LabelledCapture>> find_captures_with_labels(
    const std::string& captures, const std::vector<std::string>& apps,
    Joining joining) {
  std::vector<std::string> remarks;
  std::vector<CaptureFiles> joined;
  auto labelled = find_labelled_captures(
      captures, {.apps = apps,
                 .remarks = &remarks,
                 .joins_files = joining == Joining::kJoin,
                 .joined = &joined});
  print_joined(joined);
  for (const std::string& remark : remarks) {
    print_note("flowtell: " + remark + '\n');
  }
  return labelled;
}
Result<LoadedDataset> load_samples(const SamplesToRead& request) {
  const std::string& captures = request.captures;
  auto labelled =
      find_captures_with_labels(captures, request.apps, request.joining);
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
  warn_of_left_out(*loaded);
  if (loaded->dataset.rows() == 0 && loaded->owners.untrained_flows > 0) {
    return fail(ErrorKind::kNoData,
                "{}: none of its flows is of a trained app; test on captures "
                "of apps that were trained",
                captures);
  }
  if (loaded->dataset.rows() == 0 && loaded->report.flows > 0) {
    return fail(ErrorKind::kNoData,
                "{}: none of its {} belongs to a device in the manifest; "
                "correct the column 'device'",
                captures, counted(loaded->report.flows, "flow"));
  }
  if (loaded->dataset.rows() == 0) {
    return fail(ErrorKind::kNoData, "{}: {}", captures,
                no_flow_text(loaded->report));
  }
  return loaded;
}

// The feature rows of unlabelled captures.
struct Others {
  std::vector<float> values;
  bool any_damage = false;
};

Result<Others> read_others(const LearnerArguments& learner,
                           const FlowOptions& options,
                           const FeatureList& features) {
  auto paths = find_captures(learner.others);
  if (!paths) return fail(std::move(paths).error());
  LoadOptions load;
  load.flow = options;
  load.flow.names = false;
  load.features = features;
  load.threads = learner.threads;
  Progress progress("reading other captures");
  load.progress = std::ref(progress);
  auto loaded = load_dataset(
      unlabelled_captures(whole_captures(*paths, learner.joining), "other"),
      load);
  if (!loaded) return fail(std::move(loaded).error());
  const bool any_damage = warn_of_loading(*loaded);
  if (loaded->dataset.rows() == 0) {
    return fail(ErrorKind::kNoData, "--others: {}",
                no_flow_text(loaded->report));
  }
  return Others{std::move(loaded->dataset.values), any_damage};
}

Result<Samples> read_samples(const std::string& captures,
                             const FlowOptions& options,
                             const LearnerArguments& learner,
                             std::vector<std::string> apps) {
  auto features = learner.features();
  if (!features) return fail(std::move(features).error());
  // Parts of flows are used only for training; test flows are complete.
  const bool is_training = apps.empty();
  const bool parts = is_training && !learner.whole_flows &&
                     learner.forest().learner == Learner::kForest;
  auto loaded = load_samples({captures, options, *features, learner.threads,
                              std::move(apps), parts, learner.joining});
  if (!loaded) return fail(std::move(loaded).error());
  warn_of_loss(*loaded);
  bool any_damage = warn_of_damaged(*loaded);
  warn_of_empty_captures(loaded->dataset);
  if (!learner.others.empty() && is_training) {
    auto others = read_others(learner, options, *features);
    if (!others) return fail(std::move(others).error());
    std::vector<float>& all = loaded->dataset.others;
    all.insert(all.end(), others->values.begin(), others->values.end());
    any_damage |= others->any_damage;
  }
  return Samples{std::move(loaded->dataset), any_damage};
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
  constexpr std::size_t kMaxNamed = 5;
  if (single.size() > kMaxNamed) {
    const std::size_t more = single.size() - kMaxNamed;
    single.resize(kMaxNamed);
    single.push_back(fmt::format("{} more", more));
  }
  warn(fmt::format(
      "there is only one capture of {}: no training data is left when it is "
      "tested, so it has no score; record at least two captures of each app",
      listed(single)));
}

}  // namespace flowtell
