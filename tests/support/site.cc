// SPDX-License-Identifier: Apache-2.0
#include "support/site.h"

#include <fmt/format.h>

#include <vector>

#include "support/samples.h"

namespace flowtell {
namespace {

constexpr std::string_view kServers[] = {"mail", "maps", "music"};

Dataset captures_of(std::uint64_t seed, double shift, std::uint32_t captures,
                    std::string_view stranger) {
  Random random(seed);
  const FeatureList features = *FeatureList::parse("classic14");
  std::vector<TestRow> rows;
  for (std::uint32_t capture = 0; capture < captures; ++capture) {
    const auto app = static_cast<AppId>(capture % 3);
    for (std::uint32_t flow = 0; flow < 8; ++flow) {
      TestRow row{{}, app, capture, flow / 2, ""};
      for (std::size_t i = 0; i < features.width(); ++i) {
        row.values.push_back(
            static_cast<float>(random.unit() + 2 * app + shift));
      }
      if (flow % 2 == 0) {
        row.name = fmt::format("{}.{}.com", kServers[app],
                               static_cast<char>('a' + flow));
        if (capture % 3 == 2 && !stranger.empty()) {
          row.name = fmt::format("{}.net", stranger);
        }
      }
      rows.push_back(std::move(row));
    }
  }
  Dataset data = table_of(rows, 3);
  data.features = features;
  return data;
}

}  // namespace

Dataset training_site_of(std::uint64_t seed, double shift,
                         std::uint32_t captures, std::string_view stranger) {
  Dataset data = captures_of(seed, shift, captures, stranger);
  for (std::uint32_t i = 0; i < data.captures.size(); ++i) {
    data.captures[i].recording = i;
  }
  return data;
}

Dataset site_of(std::uint64_t seed, double shift) {
  Dataset data = captures_of(seed, shift, kSiteSessions, "");
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const std::uint32_t session = data.capture_of[row];
    const Duration later = std::chrono::minutes(10) * session;
    RowFacts& facts = data.facts[row];
    facts.first += later;
    facts.last += later;
    facts.burst += 4 * session;
    facts.number = static_cast<std::uint32_t>(row + 1);
    data.labels[row] = 0;
    data.capture_of[row] = 0;
  }
  data.captures.resize(1);
  data.captures.front().path = "wlan0";
  data.captures.front().group = "wlan0";
  data.captures.front().app = 0;
  data.captures.front().flows = data.rows();
  data.captures.front().first = data.facts.front().first;
  data.captures.front().last = data.facts.back().last;
  return data;
}

TrainOptions quick_site_training() {
  TrainOptions options;
  options.shape.trees = 6;
  options.folds = 3;
  options.with_score = false;
  return options;
}

}  // namespace flowtell
