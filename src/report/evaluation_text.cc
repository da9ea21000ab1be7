// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "features/statistics.h"
#include "report/evaluation.h"
#include "report/quantity.h"
#include "report/table.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxConfusionsShown = 3;

// The pairs of apps with the most wrong flows, in descending order.
std::vector<Confusion> worst_confusions(const Evaluation& evaluation) {
  std::vector<Confusion> all = nonzero_confusions(evaluation.confusion);
  std::erase_if(all, [](const Confusion& confusion) {
    return confusion.app == confusion.named;
  });
  std::stable_sort(
      all.begin(), all.end(),
      [](const Confusion& a, const Confusion& b) { return a.flows > b.flows; });
  all.resize(std::min(all.size(), kMaxConfusionsShown));
  return all;
}

std::string table_text(const Evaluation& evaluation) {
  TextTable table(
      {"app", "flows", "% correct", "% unknown", "% precision", "% recall"});
  double precision = 0;
  std::size_t tested = 0;
  for (const AppScore& app : evaluation.apps) {
    if (app.flows == 0) {
      table.add({app.app, "0", "-", "-", "-", "-"});
      continue;
    }
    table.add({app.app, std::to_string(app.flows), percent(app.correct),
               percent(app.unknown), percent(app.precision),
               percent(app.recall)});
    precision += app.precision;
    ++tested;
  }
  if (tested > 0) precision /= static_cast<double>(tested);
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

std::string open_set_text(const OpenSetScore& score) {
  TextTable table({"app left out", "flows", "AUROC", "at 1 %", "5 %", "10 %",
                   "sessions", "AUROC", "at 1 %", "5 %", "10 %", "by the rule",
                   "others"});
  const auto add = [&](std::string app, std::string flows, std::string sessions,
                       const auto& of) {
    std::vector<std::string> row = {std::move(app), std::move(flows)};
    const auto add_rates = [&](const Separation& rates) {
      row.push_back(fmt::format("{:.3f}", rates.auroc));
      for (const double share : rates.detection) row.push_back(percent(share));
    };
    add_rates(of.by_flow);
    row.push_back(std::move(sessions));
    add_rates(of.by_session);
    row.push_back(percent(of.unknown));
    row.push_back(percent(of.others_unknown));
    table.add(std::move(row));
  };
  for (const OpenSetApp& app : score.apps) {
    add(app.app, std::to_string(app.flows), std::to_string(app.sessions), app);
  }
  table.add_line();
  add("average", "", "", score);
  return "\nApps left out of training: the share of their flows, and of their "
         "sessions, that is unknown\nwhere 1, 5 and 10 % of the other apps' "
         "are, and under the unknown rule (%):\n" +
         table.text();
}

std::string mixed_text(const MixedScore& mixed) {
  return fmt::format(
      "Two apps at once on one device, in {} random pairings: balanced {} % "
      "(alone {} %);\nnamed as the other app {} % of flows (alone {} %).\n",
      mixed.repeats, percent(mixed.mixed.balanced_accuracy),
      percent(mixed.alone.balanced_accuracy), percent(mixed.as_other_app),
      percent(mixed.alone_as_other));
}

std::string timeline_text(const TimelineScore& timeline) {
  return fmt::format(
      "As the timeline of one device, in {} random orders: accuracy {} % "
      "(\u00b1 {}), balanced {} % (\u00b1 {}).\n",
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
  return fmt::format(
      "Over {} repeats with different folds: accuracy {}, balanced {}.\n",
      repeats.runs.size(), text(repeats.accuracy),
      text(repeats.balanced_accuracy));
}

// The availability of names and device context, if they are in use.
std::string evidence_use_text(const EvidenceUse& use,
                              const std::string& evidence) {
  const auto share = [&](std::uint64_t flows) {
    return percent(static_cast<double>(flows) / static_cast<double>(use.flows));
  };
  std::string out;
  if (evidence.find("name") != std::string::npos) {
    out += use.named() == 0
               ? "No server name was found.\n"
               : fmt::format(
                     "A server name was found for {} % of the flows, one seen "
                     "in training for {} %.\n",
                     share(use.named()), share(use.name_known));
  }
  if (evidence.find("time") != std::string::npos) {
    out += fmt::format("Device context was available for {} % of the flows.\n",
                       share(use.device_known));
  }
  return out;
}

std::string split_text(const Evaluation& evaluation,
                       const EvaluationSetting& setting) {
  if (!setting.tested.empty()) {
    return fmt::format("Trained on {}, tested on {} of {}.\n", setting.captures,
                       counted(evaluation.captures, "capture"), setting.tested);
  }
  if (setting.split == split_name(Split::kByFlow)) {
    return fmt::format(
        "Split by-flow into {} folds: optimistic, because flows of one capture "
        "resemble each other.\n",
        setting.folds);
  }
  return fmt::format(
      "Split {} into {} folds: {} of {}, each tested by {} not trained on "
      "it.\n",
      setting.split, setting.folds, counted(evaluation.captures, "capture"),
      setting.captures, setting.learner == "svm" ? "an svm" : "a forest");
}

std::string percent_of(std::uint64_t part, std::uint64_t whole) {
  return percent(ratio(part, whole));
}

std::string ambiguity_text(const AmbiguityScore& score, std::uint64_t flows) {
  return fmt::format(
      "Ambiguous: {} ({} %) in {} shared by apps; {} % of these are right, {} "
      "% of the others.\n",
      counted(score.flows, "flow"), percent_of(score.flows, flows),
      counted(score.groups, "group"), percent(score.right),
      percent(score.accuracy_of_rest));
}

std::string preset_text(const PresetScore& score, std::uint64_t flows) {
  std::string out = fmt::format(
      "Preset {}: {} % of all {} are {}. It names {} % of these, {} % of all; "
      "{} % of the named are right.\n",
      score.name, percent_of(flows, score.flows_seen),
      counted(score.flows_seen, "flow"), score.limits,
      percent_of(score.named, flows), percent_of(score.named, score.flows_seen),
      percent(score.accuracy_of_named));
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
  if (!evaluation.has_score()) {
    return fmt::format(
        "No score is possible: there is one capture of each app ({}), and a "
        "capture is tested by what\nwas trained on others of its app; record "
        "at least two captures of each app.\n",
        listed(evaluation.untested));
  }
  std::string out = table_text(evaluation);
  out += fmt::format(
      "\nOf all {}: accuracy {} %, balanced {} % (every flow named).\n"
      "Under {}: {} % named (coverage), {} % of them wrong; on average over "
      "the apps {} % right.\n",
      counted(evaluation.flows, "flow"), percent(evaluation.accuracy),
      percent(evaluation.balanced_accuracy), setting.rule.text(),
      percent(evaluation.coverage), percent(evaluation.selective_risk),
      percent(evaluation.correct));
  out +=
      fmt::format("Expected calibration error: {} %.\n",
                  percent(evaluation.reliability.expected_calibration_error));
  if (evaluation.timeline) out += timeline_text(*evaluation.timeline);
  if (evaluation.mixed) out += mixed_text(*evaluation.mixed);
  if (evaluation.repeats) out += repeats_text(*evaluation.repeats);
  if (evaluation.evidence_use) {
    out += evidence_use_text(*evaluation.evidence_use, setting.evidence);
  }
  if (!evaluation.untested.empty()) {
    out += fmt::format(
        "No score is possible for {}, with one capture; record at least two.\n",
        listed(evaluation.untested));
  }
  if (const auto lost = evaluation.zero_recall_apps(); !lost.empty()) {
    out += fmt::format("No flow of {} is named right.\n", listed(lost));
  }
  if (const auto& ambiguity = evaluation.ambiguity) {
    out += ambiguity_text(*ambiguity, evaluation.flows);
  }
  if (const auto& preset = evaluation.preset) {
    out += preset_text(*preset, evaluation.flows);
  }
  out += "\nWorst confusions:\n" + confusions_text(evaluation);
  if (evaluation.open_set) out += open_set_text(*evaluation.open_set);
  out += '\n' + split_text(evaluation, setting);
  out += fmt::format("Features {}, evidence {}, seed {}.\n",
                     listed(setting.features), setting.evidence, setting.seed);
  return out;
}

}  // namespace flowtell
