// SPDX-License-Identifier: Apache-2.0
#include "report/evaluation.h"

#include <gtest/gtest.h>

#include "report/evaluation_json.h"
#include "report/html_page.h"
#include "support/samples.h"

namespace flowtell {
namespace {

// Flows of two apps, one of them named like HTML code.
class EvaluationPageTest : public testing::Test {
 protected:
  EvaluationPageTest() {
    data = table_of({{{1}, 0, 0}, {{1}, 0, 0}, {{2}, 1, 1}, {{2}, 1, 1}}, 2);
    data.apps = {"<script>alert(1)</script>", "mail"};
    probabilities = Probabilities(2, 4);
    probabilities.values = {0.9, 0.1, 0.6, 0.4, 0.2, 0.8, 0.7, 0.3};
    evaluation = evaluate(data, probabilities, {});
    setting.captures = "home & away/";
    setting.features = {"robust"};
    setting.split = "by-capture";
    setting.folds = 2;
    day.captures = 9;
    day.uses = {{0, 0, 2, {{0.0001, kUnknownApp, 0.5}, {1, 0, 0.9}}}};
    features = {{"head_in1", 0.25, {0.25, 0.125}, {517, 40}}};
  }

  std::string html() const {
    return evaluation_html({evaluation, setting, day, features});
  }
  bool holds(std::string_view part) const {
    return html().find(part) != std::string::npos;
  }

  Dataset data;
  Probabilities probabilities;
  Evaluation evaluation;
  EvaluationSetting setting;
  DeviceDay day;
  std::vector<AppFeature> features;
};

TEST_F(EvaluationPageTest, ShowsTheSameNumbersAsJson) {
  EXPECT_TRUE(
      holds(data_island("evaluation", evaluation_object(evaluation, setting))));
  EXPECT_TRUE(holds("<dt>Accuracy</dt><dd>75.0<small> %</small></dd>"));
}

TEST_F(EvaluationPageTest, EscapesNames) {
  EXPECT_FALSE(holds("<script>alert"));
  EXPECT_TRUE(holds("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_TRUE(holds("home &amp; away/"));
}

TEST_F(EvaluationPageTest, ShowsTheWorstConfusion) {
  EXPECT_TRUE(
      holds("Worst confusion: mail named &lt;script&gt;alert(1)"
            "&lt;/script&gt;, 1 of 2 flows (50.0 %)."));
}

TEST_F(EvaluationPageTest, ContainsTheTimeline) {
  EXPECT_TRUE(
      holds("{\"captures\":9,\"uses\":[{\"app\":0,\"begin\":0.0,"
            "\"end\":2.0,\"flows\":[[0.0,-1,0.5],[1.0,0,0.9]]}]}"));
  EXPECT_TRUE(holds("Shown are the first 1 of 9 captures."));
}

TEST_F(EvaluationPageTest, ShowsTheMostImportantFeature) {
  EXPECT_TRUE(holds("The most important feature is head_in1."));
  EXPECT_TRUE(holds("12.5<small>40</small>"));
}

TEST_F(EvaluationPageTest, CallsASplitByFlowOptimistic) {
  EXPECT_FALSE(holds("optimistic"));
  setting.split = "by-flow";
  EXPECT_TRUE(holds("optimistic"));
}

TEST_F(EvaluationPageTest, HandlesAnEmptyEvaluation) {
  evaluation = evaluate(data.select({}), Probabilities(2, 0), {});
  day = {};
  features = {};
  EXPECT_TRUE(holds("There are no flows."));
}

}  // namespace
}  // namespace flowtell
