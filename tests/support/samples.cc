// SPDX-License-Identifier: Apache-2.0
#include "support/samples.h"

#include <algorithm>

#include "base/random.h"
#include "learn/out_of_bag.h"
#include "learn/scorers.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

RowFacts facts_of(const TestRow& row, std::size_t in_burst,
                  std::uint32_t number, std::vector<std::string>& names) {
  RowFacts facts;
  facts.device = *Address::parse("192.168.12.100");
  facts.first = kTestStart + 3s * row.burst + 100ms * in_burst;
  facts.last = facts.first + 50ms;
  facts.burst = row.burst;
  facts.number = number;
  const auto at = std::ranges::find(names, row.name);
  facts.name = static_cast<std::uint32_t>(at - names.begin());
  if (at == names.end()) names.push_back(row.name);
  return facts;
}

// With scores around a half, and thresholds that fall as they do when fitted.
void fill_unknown(double index, UnknownModel& unknown) {
  unknown.is_fitted = true;
  unknown.bias = index / 8 - 1;
  for (std::size_t i = 0; i < kUnknownColumns.size(); ++i) {
    const auto column = static_cast<double>(i);
    unknown.weights.values[i] = 1.5 - column / 4 + index / 16;
    unknown.typical.values[i] = column / 32 + index / 64;
  }
  for (std::size_t i = 0; i < unknown.thresholds.size(); ++i) {
    unknown.thresholds[i] = 1 - static_cast<double>(i) / 128;
  }
}

}  // namespace

Dataset table_of(const std::vector<TestRow>& rows, std::size_t apps) {
  Dataset data;
  for (std::size_t i = 0; i < apps; ++i) {
    data.apps.emplace_back(1, static_cast<char>('a' + i));
  }
  data.width = rows.front().values.size();
  std::size_t in_burst = 0;
  for (const TestRow& row : rows) {
    while (data.captures.size() <= row.capture) {
      CaptureRecord capture;
      capture.path = fmt::format("capture {}", data.captures.size());
      capture.group = capture.path;
      capture.app = row.app;
      capture.recording = static_cast<std::uint32_t>(data.captures.size());
      data.captures.push_back(capture);
    }
    ++data.captures[row.capture].flows;
    data.values.insert(data.values.end(), row.values.begin(), row.values.end());
    data.labels.push_back(row.app);
    in_burst = !data.facts.empty() && data.facts.back().burst == row.burst &&
                       data.capture_of.back() == row.capture
                   ? in_burst + 1
                   : 0;
    data.capture_of.push_back(row.capture);
    const auto number =
        static_cast<std::uint32_t>(data.captures[row.capture].flows);
    data.facts.push_back(facts_of(row, in_burst, number, data.names));
  }
  return data;
}

Dataset random_table(std::uint64_t seed, const RandomTable& table) {
  Random random(seed);
  std::vector<TestRow> rows;
  for (std::size_t i = 0; i < table.rows; ++i) {
    TestRow row;
    row.capture = static_cast<std::uint32_t>(i * table.captures / table.rows);
    row.app = static_cast<AppId>(row.capture % table.apps);
    for (std::size_t column = 0; column < table.columns; ++column) {
      const double value =
          table.distinct == 0
              ? random.unit()
              : static_cast<double>(random.below(table.distinct));
      row.values.push_back(static_cast<float>(value));
    }
    if (table.telling) row.values[0] += 100 * static_cast<float>(row.app);
    rows.push_back(row);
  }
  return table_of(rows, table.apps);
}

std::vector<std::uint8_t> random_counts(Random& random, std::size_t rows) {
  std::vector<std::uint8_t> counts;
  for (std::size_t i = 0; i < rows; ++i) {
    counts.push_back(static_cast<std::uint8_t>(random.below(4)));
  }
  counts[0] = 1;
  return counts;
}

Model small_model(std::uint64_t seed) {
  const FeatureList features = *FeatureList::parse("classic14");
  RandomTable table;
  table.columns = features.width();
  table.telling = false;
  Dataset data = random_table(seed, table);
  // Other traffic has larger values than the apps.
  for (const float value : random_table(seed + 1, table).values) {
    data.others.push_back(value + 1);
  }
  ForestOptions options;
  options.trees = 4;
  options.max_depth = 3;
  options.seed = seed;
  BuiltForest built = build_forest(data, options);

  Model model;
  model.apps = {"chat", "mail", "vidéo, live"};
  model.flows_per_app = data.flows_per_app();
  model.feature_sets = features.set_names();
  model.columns = features.column_names();
  model.feature_identity = features.identity();
  model.flow_key = FlowKey::kRemoteEndpoint;
  model.burst_gap = 1500ms;
  model.burst_limit = 20s;
  model.feature_profile =
      find_feature_profile(built, predict_out_of_bag(built, data, 1), data);
  model.examples = choose_examples(data, 7);
  model.forest = std::move(built.forest);
  model.known_rows = KnownRows::of(data.values, data.width);
  model.other_forest = build_other_forest(data, options);
  model.names = NameTable::of({{".example", {0, 10, 20}},
                               {"cdn#.net.example", {0, 0, 5}},
                               {"post.example", {0.5F, 20, 0}}});
  model.ambiguity = AmbiguityTable({{".example", {{1, 2}, 3, 0.5}},
                                    {"UDP 53", {{0, 1, 2}, 12, 0.25}},
                                    {"cdn#.net.example", {{0, 2}, 2, 0.125}}});
  for (std::size_t i = 0; i < model.weights.size(); ++i) {
    const auto index = static_cast<double>(i);
    EvidenceWeights& weights = model.weights[i];
    weights.shape = 0.5 + index / 8;
    weights.name = 2 - index / 4;
    fill_unknown(index, weights.unknown);
    weights.error_targets.fill({0.75 + index / 100, 0.5});
  }
  for (std::size_t i = 0; i < data.width; ++i) {
    model.importance.push_back(
        {built.impurity_importance[i], 0.01 * static_cast<double>(i) - 0.02});
  }
  model.out_of_bag_accuracy = 0.8125;
  model.held_out_score = HeldOutScore{
      {0.75, 0.625}, "by-capture", 5, {{0, 0, 7}, {0, 2, 3}, {2, 2, 9}}};
  model.trained_by = "0.1.0";
  model.seed = seed;
  model.captures = data.captures;
  for (CaptureRecord& capture : model.captures) {
    capture.sha256 = std::string(64, 'c');
    capture.first = kTestStart;
    capture.last = kTestStart + 90s;
  }
  model.captures.back().first.reset();
  model.captures.back().last.reset();
  return model;
}

}  // namespace flowtell
