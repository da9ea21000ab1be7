// SPDX-License-Identifier: Apache-2.0
#include "report/evaluation_tables.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "features/statistics.h"
#include "report/html_page.h"
#include "report/quantity.h"
#include "report/table.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxFeaturesShown = 12;

// An app's mark and name; page/page.js draws the same marks.
std::string app_label(const Evaluation& evaluation, std::size_t app) {
  constexpr std::array<std::string_view, 5> kMarks = {"●", "▲", "■", "◆", "✚"};
  constexpr std::size_t kColours = 8;
  return fmt::format(
      "<span class=\"mark c{}\" aria-hidden=\"true\">{}</span>{}",
      app % kColours, kMarks[(app + app / kColours) % kMarks.size()],
      html_text(evaluation.apps[app].app));
}

// The CSS class of a cell shaded by a value from 0 to 1.
std::string heat(double value, std::string_view also = "") {
  const long level = std::lround(10 * std::clamp(value, 0.0, 1.0));
  return fmt::format("heat h{}{}", level, also);
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
  return percent(ratio(part, whole)) + " %";
}

// A bar as long as the share, and the share in percent.
std::string with_bar(double share) {
  constexpr int kWidth = 72;
  return fmt::format(
      "<svg class=\"bar\" width=\"{}\" height=\"8\" aria-hidden=\"true\">"
      "<rect width=\"100%\" height=\"8\"/><rect width=\"{:.1f}\" "
      "height=\"8\"/></svg><span class=\"number\">{}</span>",
      kWidth, kWidth * share, percent(share));
}

std::string number_text(double value) { return fmt::format("{:.6g}", value); }

const AppScore* worst_app(const Evaluation& evaluation) {
  const AppScore* worst = nullptr;
  for (const AppScore& app : evaluation.apps) {
    if (app.flows == 0) continue;
    if (worst == nullptr || app.recall < worst->recall) worst = &app;
  }
  return worst;
}

}  // namespace

std::string apps_note(const Evaluation& evaluation) {
  const AppScore* worst = worst_app(evaluation);
  if (worst == nullptr) return "There are no flows.";
  if (const auto lost = evaluation.zero_recall_apps(); !lost.empty()) {
    return fmt::format("No flow of {} is named right.",
                       html_text(listed(lost)));
  }
  if (worst->recall == 1) return "Every flow is named right.";
  return fmt::format("Lowest recall: {}, {} %.", html_text(worst->app),
                     percent(worst->recall));
}

std::string apps_table(const Evaluation& evaluation) {
  HtmlTable table(
      "In percent. Recall: the share of the app's flows named correctly. "
      "Precision: the share of correct flows among those given this name. Both "
      "with every flow named. Unknown and correct apply the unknown rule; "
      "correct counts only flows that are named.");
  table.header({"app", "flows", "recall", "precision", "unknown", "correct"});
  for (std::size_t i = 0; i < evaluation.apps.size(); ++i) {
    const AppScore& app = evaluation.apps[i];
    if (app.flows == 0) {
      table.row(
          {{app_label(evaluation, i)}, {"0"}, {"-"}, {"-"}, {"-"}, {"-"}});
      continue;
    }
    table.row({{app_label(evaluation, i)},
               {std::to_string(app.flows)},
               {with_bar(app.recall)},
               {with_bar(app.precision)},
               {percent(app.unknown)},
               {percent(app.correct)}});
  }
  table.row({{"average"},
             {std::to_string(evaluation.flows)},
             {percent(evaluation.balanced_accuracy)},
             {""},
             {percent(evaluation.unknown)},
             {percent(evaluation.correct)}},
            "mean");
  return table.html();
}

std::string confusion_note(const Evaluation& evaluation) {
  std::size_t truth = 0;
  std::size_t named = 0;
  std::uint64_t flows = 0;
  for (std::size_t i = 0; i < evaluation.confusion.size(); ++i) {
    for (std::size_t j = 0; j < evaluation.confusion[i].size(); ++j) {
      if (i == j || evaluation.confusion[i][j] <= flows) continue;
      flows = evaluation.confusion[i][j];
      truth = i;
      named = j;
    }
  }
  if (flows == 0) return "No flow is confused with another app.";
  return fmt::format("Worst confusion: {} named {}, {} of {} ({}).",
                     html_text(evaluation.apps[truth].app),
                     html_text(evaluation.apps[named].app), flows,
                     counted(evaluation.apps[truth].flows, "flow"),
                     share_text(flows, evaluation.apps[truth].flows));
}

std::string confusion_table(const Evaluation& evaluation) {
  HtmlTable table(
      "Rows: the true app. Columns: the predicted app. Cells: flows, and their "
      "share of the row. Flows on the diagonal are correct.");
  std::vector<std::string> names = {"true app"};
  for (std::size_t i = 0; i < evaluation.apps.size(); ++i) {
    names.push_back(app_label(evaluation, i));
  }
  table.header(names);
  for (std::size_t i = 0; i < evaluation.apps.size(); ++i) {
    const std::uint64_t flows = evaluation.apps[i].flows;
    std::vector<HtmlTable::Cell> cells = {{app_label(evaluation, i)}};
    for (std::size_t j = 0; j < evaluation.apps.size(); ++j) {
      const std::uint64_t count = evaluation.confusion[i][j];
      const std::string_view kind = i == j ? " right" : " wrong";
      cells.push_back({count == 0 ? "0"
                                  : fmt::format("{}<small>{}</small>", count,
                                                share_text(count, flows)),
                       heat(ratio(count, flows), kind)});
    }
    table.row(cells);
  }
  return table.html();
}

std::string risk_coverage_table(const RiskCoverage& curve) {
  HtmlTable table(
      fmt::format("Area below the curve (the mean error over all coverages): "
                  "{} %",
                  percent(curve.area)));
  table.header({"% named", "% of them wrong", "confidence at least"});
  double next_coverage = 0.1;
  for (const RiskCoverage::Point& point : curve.points) {
    if (point.coverage < next_coverage - 1e-9) continue;
    table.row({{percent(point.coverage)},
               {percent(point.risk)},
               {fmt::format("{:.3f}", point.floor)}});
    next_coverage = point.coverage + 0.1;
  }
  return table.html();
}

std::string reliability_table(const Reliability& reliability) {
  HtmlTable table(fmt::format(
      "Expected calibration error (the mean distance, weighted by flows): {} %",
      percent(reliability.expected_calibration_error)));
  table.header({"confidence %", "right %", "flows"});
  for (const Reliability::Bin& bin : reliability.bins) {
    if (bin.flows == 0) continue;
    table.row({{percent(bin.confidence)},
               {percent(bin.right)},
               {std::to_string(bin.flows)}});
  }
  return table.html();
}

std::string evidence_table(const EvidenceUse& use,
                           const std::string& evidence) {
  HtmlTable table(
      "The number of flows for which each kind of evidence is available.");
  table.header({"evidence", "flows", "%"});
  const auto add = [&](const std::string& name, std::uint64_t flows) {
    table.row(
        {{name}, {std::to_string(flows)}, {with_bar(ratio(flows, use.flows))}});
  };
  const auto has = [&](std::string_view kind) {
    return evidence.find(kind) != std::string::npos;
  };
  if (has("shape")) add("shape", use.flows);
  if (has("name")) {
    add("name: found", use.named());
    for (std::size_t i = 1; i < use.by_name_source.size(); ++i) {
      if (use.by_name_source[i] == 0) continue;
      add(fmt::format("<span class=\"part\">from {}</span>",
                      name_source_name(static_cast<NameSource>(i))),
          use.by_name_source[i]);
    }
    add("name: seen in training", use.name_known);
  }
  if (has("time")) add("time: device context", use.device_known);
  return table.html();
}

std::string features_note(const std::vector<AppFeature>& features) {
  if (features.empty()) return "";
  return fmt::format(
      "The points of an app's recall, by shape alone, that are lost when a "
      "feature is shuffled among the flows; below it, the feature's median for "
      "that app. The most important feature is {}. Correlated features replace "
      "each other, so each looks less important than it is.",
      html_text(features.front().column));
}

std::string features_table(const Evaluation& evaluation,
                           const std::vector<AppFeature>& features) {
  const std::size_t shown = std::min(features.size(), kMaxFeaturesShown);
  double max = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    for (const double lost : features[i].recall_loss_by_app) {
      max = std::max(max, lost);
    }
  }
  HtmlTable table(fmt::format(
      "The {} most important features of {}, measured out-of-bag in a forest "
      "of all training captures.",
      shown, features.size()));
  std::vector<std::string> names = {"feature", "mean"};
  for (std::size_t i = 0; i < evaluation.apps.size(); ++i) {
    names.push_back(app_label(evaluation, i));
  }
  table.header(names);
  for (std::size_t i = 0; i < shown; ++i) {
    const AppFeature& feature = features[i];
    std::vector<HtmlTable::Cell> cells = {
        {fmt::format("<code>{}</code>", html_text(feature.column))},
        {percent(feature.lost)}};
    for (std::size_t app = 0; app < feature.recall_loss_by_app.size(); ++app) {
      const double lost = feature.recall_loss_by_app[app];
      cells.push_back({fmt::format("{}<small>{}</small>", percent(lost),
                                   number_text(feature.median[app])),
                       heat(max > 0 ? lost / max : 0)});
    }
    table.row(cells);
  }
  return table.html();
}

}  // namespace flowtell
