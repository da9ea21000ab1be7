// SPDX-License-Identifier: Apache-2.0
#include "report/evaluation_page.h"

#include <cmath>

#include "base/text.h"
#include "report/evaluation_json.h"
#include "report/evaluation_tables.h"
#include "report/html_page.h"
#include "report/page_assets.h"
#include "report/quantity.h"
#include "report/table.h"

namespace flowtell {
namespace {

std::string section(std::string_view title, std::string_view words,
                    const std::string& content) {
  return fmt::format("<section>\n<h2>{}</h2>\n<p>{}</p>\n{}</section>\n", title,
                     words, content);
}

// A figure of the head of the page; the note is HTML.
std::string figure(std::string_view name, double share, std::string_view note) {
  return fmt::format(
      "<div><dt>{}</dt><dd>{}<small> %</small></dd><dd class=\"note\">{}</dd>"
      "</div>\n",
      name, percent(share), note);
}

std::string interval_note(const std::optional<RepeatedScore>& repeats,
                          Interval RepeatedScore::*which,
                          std::string_view otherwise) {
  if (!repeats) return std::string(otherwise);
  const Interval& interval = (*repeats).*which;
  return fmt::format("{}; 95 % interval {} to {}", otherwise,
                     percent(interval.low), percent(interval.high));
}

std::string figures(const EvaluationPage& page) {
  const Evaluation& e = page.evaluation;
  std::string out = "<dl class=\"figures\">\n";
  out += figure("Accuracy", e.accuracy,
                interval_note(e.repeats, &RepeatedScore::accuracy,
                              "of all flows, when every flow is named"));
  out += figure("Balanced accuracy", e.balanced_accuracy,
                interval_note(e.repeats, &RepeatedScore::balanced_accuracy,
                              "every app counts alike"));
  out += figure("Coverage", e.coverage, "named under the unknown rule");
  out += figure("Error", e.error_named, "of the flows named");
  out += figure("Calibration error", e.reliability.calibration_error,
                "confidences are off by so much");
  if (e.timeline) {
    out += figure("A day", e.timeline->mean.balanced_accuracy,
                  fmt::format("balanced, apps in turn (± {})",
                              percent(e.timeline->spread.balanced_accuracy)));
  }
  return out + "</dl>\n";
}

std::string how_judged(const EvaluationPage& page) {
  const EvaluationSetting& setting = page.setting;
  if (!setting.tested.empty()) {
    return fmt::format("learned from {}", html_text(setting.captures));
  }
  if (setting.split == split_name(Split::kByFlow)) {
    return fmt::format(
        "split by flow into {} folds, which is optimistic: flows of one "
        "capture resemble each other",
        setting.folds);
  }
  return fmt::format(
      "{} folds {}: none is judged by what learned from it", setting.folds,
      setting.split == split_name(Split::kByGroup) ? "by group" : "by capture");
}

std::string head(const EvaluationPage& page) {
  const EvaluationSetting& setting = page.setting;
  return fmt::format(
      "<header>\n<h1>How well apps are named</h1>\n"
      "<p>{} with {} of <strong>{}</strong>; {}.</p>\n</header>\n",
      counted(page.evaluation.captures, "capture"),
      counted(page.evaluation.flows, "flow"),
      html_text(setting.tested.empty() ? setting.captures : setting.tested),
      how_judged(page));
}

// A chart by page/evaluation.js, with its numbers for whoever cannot see it.
std::string chart(std::string_view id, std::string_view label,
                  std::string_view caption, const std::string& numbers) {
  return fmt::format(
      "<figure>\n<h3>{}</h3>\n<div class=\"chart\"><canvas id=\"{}\" "
      "role=\"img\" aria-label=\"{}; the numbers stand below\"></canvas></div>"
      "\n<figcaption>{}</figcaption>\n"
      "<details><summary>The numbers</summary>\n{}</details>\n</figure>\n",
      label, id, label, caption, numbers);
}

std::string doubt(const Evaluation& evaluation) {
  return "<div class=\"pair\">\n" +
         chart("risk-coverage", "Risk and coverage",
               "From right to left fewer flows are named, the least sure being "
               "left out first. The lower the curve, the better; the mark is "
               "the unknown rule in use.",
               risk_coverage_table(evaluation.risk_coverage)) +
         chart("reliability", "Reliability",
               "Each dot is the flows of one range of confidence; larger dots "
               "are more flows. On the line confidences are true, below it too "
               "high, above it too low.",
               reliability_table(evaluation.reliability)) +
         "</div>\n";
}

std::string day_words(const DeviceDay& day) {
  std::string words =
      "The captures laid end to end in random order, half a minute apart, as "
      "if one device had used the apps in turn. The bar shows the app in use, "
      "each mark the app that a flow was named: a mark on the bar is right, a "
      "cross beside it wrong, a ring at the bottom was called unknown. "
      "Pauses are drawn shorter than they were.";
  if (day.uses.size() < day.captures) {
    words += fmt::format(" Shown are the first {} of {} captures.",
                         day.uses.size(), day.captures);
  }
  return words;
}

// Times to the millisecond, confidences to the thousandth.
double rounded(double value) { return std::round(value * 1000) / 1000; }

Json day_json(const DeviceDay& day) {
  Json uses = Json::array();
  for (const DeviceDay::Use& use : day.uses) {
    Json flows = Json::array();
    for (const DeviceDay::NamedFlow& flow : use.flows) {
      const int reported = flow.reported == kUnknownApp ? -1 : flow.reported;
      flows.push_back(
          {rounded(flow.first), reported, rounded(flow.confidence)});
    }
    uses.push_back({{"app", use.app},
                    {"begin", rounded(use.begin)},
                    {"end", rounded(use.end)},
                    {"flows", flows}});
  }
  return {{"captures", day.captures}, {"uses", uses}};
}

std::string made_by(const EvaluationSetting& setting) {
  return fmt::format(
      "<footer><p>Features {}; evidence {}; unknown rule {}; seed {}. Made by "
      "flowtell {} with <code>evaluate --html</code>. What the figures do not "
      "cover: another network, another time, an app that was not "
      "taught.</p></footer>\n",
      html_text(listed(setting.features)), html_text(setting.evidence),
      html_text(setting.rule.text()), setting.seed, program_version());
}

}  // namespace

std::string evaluation_html(const EvaluationPage& page) {
  const Evaluation& evaluation = page.evaluation;
  std::string body = head(page) + figures(page);
  body += section("App by app", apps_words(evaluation), apps_table(evaluation));
  body += section("What is taken for what", confusion_words(evaluation),
                  confusion_table(evaluation));
  body += section("When in doubt",
                  "A verdict comes with a confidence. It is of use if leaving "
                  "out unsure flows leaves out wrong ones, and if it can be "
                  "taken at its word.",
                  doubt(evaluation));
  if (evaluation.evidence_use) {
    body += section(
        "What the evidence was",
        "Shape speaks of every flow. Names and time can help only "
        "where there is something to know.",
        evidence_table(*evaluation.evidence_use, page.setting.evidence));
  }
  body += section("A device's day", day_words(page.day),
                  "<div id=\"day\"></div>\n");
  body += section("What tells the apps apart", features_words(page.features),
                  features_table(evaluation, page.features));
  body += made_by(page.setting);
  body +=
      "<noscript><p>The charts need JavaScript, which is in this page; the "
      "tables do without.</p></noscript>\n";
  body +=
      data_island("evaluation", evaluation_object(evaluation, page.setting));
  body += data_island("device-day", day_json(page.day));
  return page_html({fmt::format("flowtell: {}", page.setting.captures),
                    body,
                    {chart_script(), page_script(), evaluation_script()}});
}

}  // namespace flowtell
