// SPDX-License-Identifier: Apache-2.0
#include "report/evaluation_tables.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

bool shows(const std::string& html, const std::string& part) {
  return html.find(part) != std::string::npos;
}

// A table as lines of cells, without markup.
std::string plain_table(const std::string& html) {
  std::string text;
  std::size_t at = html.find("<thead>\n") + 8;
  while (at < html.size()) {
    const std::size_t end = html.find('<', at);
    text += html.substr(at, end - at);
    if (end == std::string::npos) break;
    at = html.find('>', end) + 1;
    const std::string tag = html.substr(end, at - end);
    if (tag == "</th>" || tag == "</td>") text += '|';
    if (tag == "<small>") text += ' ';
  }
  std::erase_if(text, [](char c) { return c == '\t'; });
  while (text.find("\n\n") != std::string::npos) {
    text.erase(text.find("\n\n"), 1);
  }
  return text;
}

// Three apps; the last has no flows.
Evaluation of_three_apps() {
  Evaluation e;
  e.flows = 12;
  e.apps = {{"chat", 4, 0.75, 0.6, 0.5, 0.25},
            {"a<b", 8, 0.5, 0.8, 0.625, 0.125},
            {"zither", 0, 0, 0, 0, 0}};
  e.confusion = {{3, 1, 0}, {2, 4, 2}, {0, 0, 0}};
  e.balanced_accuracy = 0.625;
  e.unknown = 0.1875;
  e.correct = 0.5625;
  return e;
}

TEST(AppsTable, HasARowPerAppAndOneForTheMeans) {
  const std::string html = apps_table(of_three_apps());
  EXPECT_EQ(plain_table(html),
            "app|flows|recall|precision|unknown|correct|\n"
            "●chat|4|75.0|60.0|25.0|50.0|\n"
            "▲a&lt;b|8|50.0|80.0|12.5|62.5|\n"
            "■zither|0|-|-|-|-|\n"
            "average|12|62.5||18.8|56.2|\n");
  EXPECT_TRUE(shows(html,
                    "<rect width=\"54.0\" height=\"8\"/></svg><span "
                    "class=\"number\">75.0</span>"))
      << "100 % is a bar of 72";
  EXPECT_TRUE(shows(html, "<tr class=\"mean\"><th"));
}

// The ninth app repeats the first colour with another mark.
TEST(AppsTable, MarksEachAppDifferently) {
  Evaluation e;
  for (int i = 0; i < 10; ++i) e.apps.push_back({fmt::format("app{}", i), 1});
  const std::string html = apps_table(e);
  const auto mark = [&](std::string_view colour, std::string_view sign,
                        std::string_view app) {
    return shows(html,
                 fmt::format("<span class=\"mark {}\" aria-hidden=\"true\">{}"
                             "</span>{}</th>",
                             colour, sign, app));
  };
  EXPECT_TRUE(mark("c0", "●", "app0"));
  EXPECT_TRUE(mark("c4", "✚", "app4"));
  EXPECT_TRUE(mark("c5", "●", "app5"));
  EXPECT_TRUE(mark("c7", "■", "app7"));
  EXPECT_TRUE(mark("c0", "✚", "app8"));
  EXPECT_TRUE(mark("c1", "●", "app9"));
}

TEST(AppsNote, ShowsTheLowestRecall) {
  Evaluation e = of_three_apps();
  EXPECT_EQ(apps_note(e), "Lowest recall: a&lt;b, 50.0 %.");
  e.apps[0].recall = 0.5;
  EXPECT_EQ(apps_note(e), "Lowest recall: chat, 50.0 %.")
      << "the first of equals";
  e.apps[0].recall = e.apps[1].recall = 1;
  EXPECT_EQ(apps_note(e), "Every flow is named right.");
  e.apps[1].recall = 0;
  EXPECT_EQ(apps_note(e), "No flow of a&lt;b is named right.");
  e.apps[0].flows = e.apps[1].flows = 0;
  EXPECT_EQ(apps_note(e), "There are no flows.");
}

TEST(ConfusionNote, ShowsTheFirstOfTheWorstConfusions) {
  Evaluation e = of_three_apps();
  EXPECT_EQ(confusion_note(e),
            "Worst confusion: a&lt;b named chat, 2 of 8 flows (25.0 %).");
  e.confusion[1][0] = 1;
  EXPECT_EQ(confusion_note(e),
            "Worst confusion: a&lt;b named zither, 2 of 8 flows (25.0 %).");
  e.confusion[1][2] = 1;
  EXPECT_EQ(confusion_note(e),
            "Worst confusion: chat named a&lt;b, 1 of 4 flows (25.0 %).");
  e.confusion = {{3, 0, 0}, {0, 4, 0}, {0, 0, 0}};
  EXPECT_EQ(confusion_note(e), "No flow is confused with another app.");
}

TEST(ConfusionTable, ShowsFlowsAndSharesOfTheRow) {
  const std::string html = confusion_table(of_three_apps());
  EXPECT_EQ(plain_table(html),
            "true app|●chat|▲a&lt;b|■zither|\n"
            "●chat|3 75.0 %|1 25.0 %|0|\n"
            "▲a&lt;b|2 25.0 %|4 50.0 %|2 25.0 %|\n"
            "■zither|0|0|0|\n");
  EXPECT_TRUE(shows(html, "<td class=\"heat h8 right\">3<"));
  EXPECT_TRUE(shows(html, "<td class=\"heat h3 wrong\">1<"));
  EXPECT_TRUE(shows(html, "<td class=\"heat h0 wrong\">0<"));
  EXPECT_TRUE(shows(html, "<td class=\"heat h5 right\">4<"));
}

TEST(RiskCoverageTable, HasARowPerTenthOfCoverage) {
  RiskCoverage curve;
  curve.area = 0.125;
  for (int i = 1; i <= 100; ++i) {
    curve.points.push_back({1 - i / 200.0, i / 100.0, i / 400.0});
  }
  const std::string html = risk_coverage_table(curve);
  EXPECT_TRUE(shows(html, "over all coverages): 12.5 %"));
  const std::string text = plain_table(html);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 11);
  EXPECT_TRUE(text.starts_with(
      "% named|% of them wrong|confidence at least|\n10.0|2.5|0.950|\n20.0|"))
      << text;
  EXPECT_TRUE(text.ends_with("\n100.0|25.0|0.500|\n")) << text;
  curve.points = {
      {0.9, 0.05, 0}, {0.8, 0.25, 0.1}, {0.7, 0.34, 0.2}, {0.6, 0.35, 0.3}};
  EXPECT_EQ(plain_table(risk_coverage_table(curve)),
            "% named|% of them wrong|confidence at least|\n"
            "25.0|10.0|0.800|\n35.0|30.0|0.600|\n");
}

TEST(ReliabilityTable, OmitsEmptyRanges) {
  Reliability bins;
  bins.expected_calibration_error = 0.0625;
  bins.bins[3] = {4, 0.25, 0.5};
  bins.bins[14] = {1, 0.96875, 1};
  const std::string html = reliability_table(bins);
  EXPECT_TRUE(shows(html, "weighted by flows): 6.2 %"));
  EXPECT_EQ(plain_table(html),
            "confidence %|right %|flows|\n25.0|50.0|4|\n96.9|100.0|1|\n");
}

TEST(EvidenceTable, ShowsTheKindsInUse) {
  const EvidenceUse use{10, {4, 1, 0, 5, 0, 0}, 3, 8};
  EXPECT_EQ(plain_table(evidence_table(use, "shape,name,time")),
            "evidence|flows|%|\n"
            "shape|10|100.0|\n"
            "name: found|6|60.0|\n"
            "from dns|1|10.0|\n"
            "from tls|5|50.0|\n"
            "name: seen in training|3|30.0|\n"
            "time: device context|8|80.0|\n");
  EXPECT_EQ(plain_table(evidence_table(use, "shape")),
            "evidence|flows|%|\nshape|10|100.0|\n");
  EXPECT_EQ(plain_table(evidence_table(use, "time")),
            "evidence|flows|%|\ntime: device context|8|80.0|\n");
}

std::vector<AppFeature> many_features(int count) {
  std::vector<AppFeature> features;
  for (int i = 0; i < count; ++i) {
    features.push_back({fmt::format("f<{}", i), 0.25, {0, 0, 0}, {1, 2, 3}});
  }
  return features;
}

TEST(FeaturesTable, ShowsTheTwelveMostImportantFeatures) {
  auto features = many_features(13);
  features[0].recall_loss_by_app = {0.5, 0.25, 0.0625};
  features[0].median = {1500, 0.5, 1e9};
  features[12].recall_loss_by_app = {1, 1, 1};
  const std::string html = features_table(of_three_apps(), features);
  EXPECT_TRUE(shows(html, "The 12 most important features of 13,"));
  EXPECT_FALSE(shows(html, "f&lt;12"));
  EXPECT_TRUE(plain_table(html).starts_with(
      "feature|mean|●chat|▲a&lt;b|■zither|\n"
      "f&lt;0|25.0|50.0 1500|25.0 0.5|6.2 1e+09|\n"
      "f&lt;1|25.0|0.0 1|0.0 2|0.0 3|\n"))
      << plain_table(html);
  EXPECT_TRUE(shows(html, "<td class=\"heat h10\">50.0<"))
      << "shaded relative to the largest value shown";
  EXPECT_TRUE(shows(html, "<td class=\"heat h5\">25.0<"));
  EXPECT_TRUE(shows(html, "<td class=\"heat h1\">6.2<"));
}

TEST(FeaturesTable, HasNoShadeWithoutLoss) {
  const std::string html = features_table(of_three_apps(), many_features(2));
  EXPECT_TRUE(shows(html, "The 2 most important features of 2,"));
  EXPECT_TRUE(shows(html, "<td class=\"heat h0\">0.0<"));
  EXPECT_FALSE(shows(html, "heat h1"));
}

TEST(FeaturesNote, ShowsTheMostImportantFeature) {
  EXPECT_TRUE(shows(features_note(many_features(2)),
                    "most important feature is f&lt;0."));
  EXPECT_EQ(features_note({}), "");
}

}  // namespace
}  // namespace flowtell
