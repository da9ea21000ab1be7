// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "features/statistics.h"
#include "report/evaluation_text.h"
#include "report/quantity.h"
#include "report/table.h"

namespace flowtell {
namespace {

constexpr std::size_t kConfusionsShown = 3;

// The pairs of apps with the most wrong flows, most first.
std::vector<Confusion> worst_confusions(const Evaluation& evaluation) {
  std::vector<Confusion> all = evaluation.confusions();
  std::erase_if(all,
                [](const Confusion& some) { return some.app == some.named; });
  std::stable_sort(
      all.begin(), all.end(),
      [](const Confusion& a, const Confusion& b) { return a.flows > b.flows; });
  all.resize(std::min(all.size(), kConfusionsShown));
  return all;
}

std::string table_text(const Evaluation& evaluation) {
  TextTable table(
      {"app", "flows", "% correct", "% unknown", "% precision", "% recall"});
  double precision = 0;
  std::size_t judged = 0;
  for (const AppScore& app : evaluation.apps) {
    table.add({app.app, std::to_string(app.flows), percent(app.correct),
               percent(app.unknown), percent(app.precision),
               percent(app.recall)});
    if (app.flows == 0) continue;
    precision += app.precision;
    ++judged;
  }
  if (judged > 0) precision /= static_cast<double>(judged);
  table.add_line();
  table.add({"average", std::to_string(evaluation.flows),
             percent(evaluation.correct), percent(evaluation.unknown),
             percent(precision), percent(evaluation.balanced_accuracy)});
  return table.text();
}

std::string confusions_text(const Evaluation& evaluation) {
  std::string out;
  for (const auto& [truth, named, flows] : worst_confusions(evaluation)) {
    const AppScore& app = evaluation.apps[truth];
    out += fmt::format(
        "  {} of {} ({} %) named {}\n", flows,
        counted(app.flows, app.app + " flow"),
        percent(static_cast<double>(flows) / static_cast<double>(app.flows)),
        evaluation.apps[named].app);
  }
  return out.empty() ? "  none\n" : out;
}

std::string left_out_text(const LeftOutScore& score) {
  TextTable table({"app left out", "flows", "% unknown", "% of others",
                   "% at 10 % of others"});
  for (const LeftOutApp& app : score.apps) {
    table.add({app.app, std::to_string(app.flows), percent(app.unknown),
               percent(app.others_unknown), percent(app.unknown_at_tenth)});
  }
  table.add_line();
  table.add({"average", "", percent(score.unknown),
             percent(score.others_unknown), percent(score.unknown_at_tenth)});
  return "\nApps never taught, and how many of their flows are called "
         "unknown:\n" +
         table.text();
}

std::string timeline_text(const TimelineScore& timeline) {
  return fmt::format(
      "As one device's day, in {} random orders: accuracy {} % (\u00b1 {}), "
      "balanced {} % (\u00b1 {}).\n",
      timeline.repeats, percent(timeline.mean.accuracy),
      percent(timeline.spread.accuracy),
      percent(timeline.mean.balanced_accuracy),
      percent(timeline.spread.balanced_accuracy));
}

std::string repeats_text(const RepeatedScore& repeats) {
  const auto text = [](const Interval& interval) {
    return fmt::format("{} % (95 % interval {} to {})", percent(interval.mean),
                       percent(interval.low), percent(interval.high));
  };
  return fmt::format("Over {} deals of the folds: accuracy {}, balanced {}.\n",
                     repeats.deals.size(), text(repeats.accuracy),
                     text(repeats.balanced_accuracy));
}

// What names and time had to say, where they were asked.
std::string evidence_use_text(const EvidenceUse& use,
                              const std::string& evidence) {
  const auto share = [&](std::uint64_t flows) {
    return percent(static_cast<double>(flows) / static_cast<double>(use.flows));
  };
  std::string out;
  if (evidence.find("name") != std::string::npos) {
    out += use.named() == 0
               ? "No server's name was found.\n"
               : fmt::format(
                     "A server's name was found for {} % of the flows, one "
                     "that was learned for {} %.\n",
                     share(use.named()), share(use.name_known));
  }
  if (evidence.find("time") != std::string::npos) {
    out +=
        fmt::format("Of {} % of the flows the device had been seen before.\n",
                    share(use.device_known));
  }
  return out;
}

std::string split_text(const Evaluation& evaluation,
                       const EvaluationSetting& setting) {
  if (!setting.tested.empty()) {
    return fmt::format("Learned from {}, judged on {} of {}.\n",
                       setting.captures,
                       counted(evaluation.captures, "capture"), setting.tested);
  }
  if (setting.split == split_name(Split::kByFlow)) {
    return fmt::format(
        "Split by-flow into {} folds: optimistic, for flows of one capture "
        "resemble each other.\n",
        setting.folds);
  }
  return fmt::format(
      "Split {} into {} folds: {} of {}, none judged by {} that learned from "
      "it.\n",
      setting.split, setting.folds, counted(evaluation.captures, "capture"),
      setting.captures, setting.learner == "svm" ? "an svm" : "a forest");
}

std::string percent_of(std::uint64_t part, std::uint64_t whole) {
  return percent(ratio(part, whole));
}

std::string ambiguity_text(const AmbiguityScore& score, std::uint64_t flows) {
  return fmt::format(
      "Ambiguous: {} ({} %) of {} that apps share; {} % of them right, of the "
      "others {} %.\n",
      counted(score.flows, "flow"), percent_of(score.flows, flows),
      counted(score.groups, "group"), percent(score.right),
      percent(score.right_of_rest));
}

std::string preset_text(const PresetScore& score, std::uint64_t flows) {
  std::string out = fmt::format(
      "Preset {}: {} % of all {} are {}. It names {} % of these, {} % of all; "
      "{} % of the named right.\n",
      score.name, percent_of(flows, score.flows_met),
      counted(score.flows_met, "flow"), score.limits,
      percent_of(score.named, flows), percent_of(score.named, score.flows_met),
      percent(score.right_of_named));
  if (score.ambiguous > 0) {
    out += fmt::format(
        "It calls {} % ambiguous; of the others {} % are right before the "
        "threshold.\n",
        percent_of(score.ambiguous, flows),
        percent(score.right_of_unambiguous));
  }
  return out;
}

}  // namespace

std::string evaluation_text(const Evaluation& evaluation,
                            const EvaluationSetting& setting) {
  std::string out = table_text(evaluation);
  out += fmt::format(
      "\nOf all {}: accuracy {} %, balanced {} % (every flow named).\n"
      "Under {}: {} % named (coverage), {} % of them wrong; on average over "
      "the apps {} % right.\n",
      counted(evaluation.flows, "flow"), percent(evaluation.accuracy),
      percent(evaluation.balanced_accuracy), setting.rule.text(),
      percent(evaluation.coverage), percent(evaluation.error_named),
      percent(evaluation.correct));
  out += fmt::format("Confidences are off by {} % on average.\n",
                     percent(evaluation.reliability.calibration_error));
  if (evaluation.timeline) out += timeline_text(*evaluation.timeline);
  if (evaluation.repeats) out += repeats_text(*evaluation.repeats);
  if (evaluation.evidence_use) {
    out += evidence_use_text(*evaluation.evidence_use, setting.evidence);
  }
  if (const auto lost = evaluation.lost_apps(); !lost.empty()) {
    out += fmt::format("No flow of {} is named right.\n", listed(lost));
  }
  if (const auto& ambiguity = evaluation.ambiguity) {
    out += ambiguity_text(*ambiguity, evaluation.flows);
  }
  if (const auto& preset = evaluation.preset) {
    out += preset_text(*preset, evaluation.flows);
  }
  out += "\nWorst confusions:\n" + confusions_text(evaluation);
  if (evaluation.left_out) out += left_out_text(*evaluation.left_out);
  out += '\n' + split_text(evaluation, setting);
  out += fmt::format("Features {}, evidence {}, seed {}.\n",
                     listed(setting.features), setting.evidence, setting.seed);
  return out;
}

}  // namespace flowtell
