// SPDX-License-Identifier: Apache-2.0
#include "report/evaluation.h"

#include <cmath>

#include "base/text.h"
#include "report/evaluation_json.h"
#include "report/evaluation_tables.h"
#include "report/html_page.h"
#include "report/quantity.h"
#include "report/table.h"

namespace flowtell {
namespace {

std::string section(std::string_view title, std::string_view note,
                    const std::string& content) {
  return fmt::format("<section>\n<h2>{}</h2>\n<p>{}</p>\n{}</section>\n", title,
                     note, content);
}

// A figure at the top of the page. `note` is HTML.
std::string figure(std::string_view name, double share, std::string_view note) {
  return fmt::format(
      "<div><dt>{}</dt><dd>{}<small> %</small></dd><dd class=\"note\">{}</dd>"
      "</div>\n",
      name, percent(share), note);
}

std::string interval_note(const std::optional<RepeatedScore>& repeats,
                          Interval RepeatedScore::*which,
                          std::string_view note) {
  if (!repeats) return std::string(note);
  const Interval& interval = (*repeats).*which;
  return fmt::format("{}; 95 % interval {} to {}", note, percent(interval.low),
                     percent(interval.high));
}

std::string figures(const EvaluationPage& page) {
  const Evaluation& e = page.evaluation;
  std::string out = "<dl class=\"figures\">\n";
  out += figure("Accuracy", e.accuracy,
                interval_note(e.repeats, &RepeatedScore::accuracy,
                              "of all flows, with every flow named"));
  out += figure("Balanced accuracy", e.balanced_accuracy,
                interval_note(e.repeats, &RepeatedScore::balanced_accuracy,
                              "every app has equal weight"));
  out += figure("Coverage", e.coverage, "named under the unknown rule");
  out += figure("Error", e.selective_risk, "of the flows named");
  out += figure("Calibration error", e.reliability.expected_calibration_error,
                "mean distance of confidence and accuracy");
  if (e.timeline) {
    out += figure("Timeline", e.timeline->mean.balanced_accuracy,
                  fmt::format("balanced, apps in turn (± {})",
                              percent(e.timeline->spread.balanced_accuracy)));
  }
  return out + "</dl>\n";
}

std::string split_description(const EvaluationPage& page) {
  const EvaluationSetting& setting = page.setting;
  if (!setting.tested.empty()) {
    return fmt::format("trained on {}", html_text(setting.captures));
  }
  if (setting.split == split_name(Split::kByFlow)) {
    return fmt::format(
        "split by flow into {} folds, which is optimistic because flows of one "
        "capture resemble each other",
        setting.folds);
  }
  return fmt::format(
      "{} folds {}: no flow is tested by a model trained on it", setting.folds,
      setting.split == split_name(Split::kByGroup) ? "by group" : "by capture");
}

std::string head(const EvaluationPage& page) {
  const EvaluationSetting& setting = page.setting;
  return fmt::format(
      "<header>\n<h1>Classification accuracy</h1>\n"
      "<p>{} with {} of <strong>{}</strong>; {}.</p>\n</header>\n",
      counted(page.evaluation.captures, "capture"),
      counted(page.evaluation.flows, "flow"),
      html_text(setting.tested.empty() ? setting.captures : setting.tested),
      split_description(page));
}

// A chart drawn by page/evaluation.js, and its numbers as an accessible table.
std::string chart(std::string_view id, std::string_view label,
                  std::string_view caption, const std::string& numbers) {
  return fmt::format(
      "<figure>\n<h3>{}</h3>\n<div class=\"chart\"><canvas id=\"{}\" "
      "role=\"img\" aria-label=\"{}; the numbers are below\"></canvas></div>"
      "\n<figcaption>{}</figcaption>\n"
      "<details><summary>The numbers</summary>\n{}</details>\n</figure>\n",
      label, id, label, caption, numbers);
}

std::string confidence_charts(const Evaluation& evaluation) {
  return "<div class=\"pair\">\n" +
         chart("risk-coverage", "Risk and coverage",
               "From right to left, flows with low confidence are left out. "
               "Lower is better. The mark is the unknown rule in use.",
               risk_coverage_table(evaluation.risk_coverage)) +
         chart("reliability", "Reliability",
               "Each dot is one range of confidence; a larger dot has more "
               "flows. On the line, confidence equals accuracy; below it, "
               "confidence is too high; above it, too low.",
               reliability_table(evaluation.reliability)) +
         "</div>\n";
}

std::string day_note(const DeviceDay& day) {
  std::string note =
      "The captures in random order, half a minute apart, as if one device "
      "used the apps in turn. The bar shows the app in use; each mark is a "
      "flow and its predicted app. A mark on the bar is right, a cross beside "
      "it is wrong, a ring at the bottom is unknown. Pauses are shortened.";
  if (day.uses.size() < day.captures) {
    note += fmt::format(" Shown are the first {} of {} captures.",
                        day.uses.size(), day.captures);
  }
  return note;
}

// Rounds times to milliseconds and confidences to thousandths.
double rounded(double value) { return std::round(value * 1000) / 1000; }

Json day_json(const DeviceDay& day) {
  Json uses = Json::array();
  for (const DeviceDay::Use& use : day.uses) {
    Json flows = Json::array();
    for (const DeviceDay::NamedFlow& flow : use.flows) {
      const int app = flow.reported == kUnknownApp ? -1 : flow.reported;
      flows.push_back({rounded(flow.first), app, rounded(flow.confidence)});
    }
    uses.push_back({{"app", use.app},
                    {"begin", rounded(use.begin)},
                    {"end", rounded(use.end)},
                    {"flows", flows}});
  }
  return {{"captures", day.captures}, {"uses", uses}};
}

std::string footer(const EvaluationSetting& setting) {
  return fmt::format(
      "<footer><p>Features {}; evidence {}; unknown rule {}; seed {}. Made by "
      "flowtell {} with <code>evaluate --html</code>. The figures do not cover "
      "another network, another time or an unknown app.</p></footer>\n",
      html_text(listed(setting.features)), html_text(setting.evidence),
      html_text(setting.rule.text()), setting.seed, program_version());
}

}  // namespace

std::string evaluation_html(const EvaluationPage& page) {
  const Evaluation& evaluation = page.evaluation;
  std::string body = head(page) + figures(page);
  body += section("Accuracy per app", apps_note(evaluation),
                  apps_table(evaluation));
  body += section("Confusion matrix", confusion_note(evaluation),
                  confusion_table(evaluation));
  body += section("Confidence",
                  "Every verdict has a confidence. A useful confidence is low "
                  "for wrong verdicts and equals the share of right ones.",
                  confidence_charts(evaluation));
  if (evaluation.evidence_use) {
    body += section(
        "Evidence",
        "Every flow has a shape. A server name and device context are not "
        "always available.",
        evidence_table(*evaluation.evidence_use, page.setting.evidence));
  }
  body += section("Timeline of one device", day_note(page.day),
                  "<div id=\"day\"></div>\n");
  body += section("Feature importance", features_note(page.features),
                  features_table(evaluation, page.features));
  body += footer(page.setting);
  body +=
      "<noscript><p>The charts need JavaScript, which is part of this page; "
      "the tables do not.</p></noscript>\n";
  body +=
      data_island("evaluation", evaluation_object(evaluation, page.setting));
  body += data_island("device-day", day_json(page.day));
  return page_html({fmt::format("flowtell: {}", page.setting.captures),
                    body,
                    {chart_script(), page_script(), evaluation_script()}});
}

}  // namespace flowtell
